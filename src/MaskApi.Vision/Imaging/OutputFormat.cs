namespace MaskApi.Vision.Imaging;

/// <summary>File formats that can be written.</summary>
public enum OutputFormat
{
    /// <summary>PNG, lossless.</summary>
    Png,

    /// <summary>Baseline JPEG.</summary>
    Jpeg,

    /// <summary>Lossy WebP.</summary>
    Webp,
}
