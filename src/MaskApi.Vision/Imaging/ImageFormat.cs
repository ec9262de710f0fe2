namespace MaskApi.Vision.Imaging;

/// <summary>The file formats that are read.</summary>
public enum ImageFormat
{
    /// <summary>JPEG, baseline or progressive.</summary>
    Jpeg,

    /// <summary>PNG, every color type and bit depth.</summary>
    Png,

    /// <summary>WebP, lossy or lossless; first frame.</summary>
    Webp,

    /// <summary>GIF; first frame.</summary>
    Gif,

    /// <summary>Windows bitmap.</summary>
    Bmp,
}
