namespace MaskApi.Vision.Imaging;

/// <summary>File formats that can be read.</summary>
public enum ImageFormat
{
    /// <summary>JPEG, baseline or progressive.</summary>
    Jpeg,

    /// <summary>PNG, every color type and bit depth.</summary>
    Png,

    /// <summary>WebP, lossy or lossless; first frame only.</summary>
    Webp,

    /// <summary>GIF; first frame only.</summary>
    Gif,

    /// <summary>Windows bitmap.</summary>
    Bmp,
}
