namespace MaskApi.Vision.Imaging;

/// <summary>The file formats that are written.</summary>
public enum OutputFormat
{
    /// <summary>PNG, lossless.</summary>
    Png,

    /// <summary>Baseline JPEG.</summary>
    Jpeg,

    /// <summary>Lossy WebP.</summary>
    Webp,
}
