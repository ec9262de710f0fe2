using MaskApi.Vision.Imaging.Formats;

namespace MaskApi.Vision.Imaging;

/// <summary>A file's header, read before decoding.</summary>
/// <param name="Format">File format, by content.</param>
/// <param name="Width">Width of the upright picture in pixels.</param>
/// <param name="Height">Height of the upright picture in pixels.</param>
/// <param name="Orientation">How the pixels are stored.</param>
public readonly record struct ImageHeader(ImageFormat Format, int Width, int Height, ExifOrientation Orientation)
{
    /// <summary>Width times height.</summary>
    public long Pixels => (long)Width * Height;

    /// <summary>The header that a decoded picture would have.</summary>
    /// <param name="raster">The picture.</param>
    internal static ImageHeader Of(Raster raster) => new(raster.Format, raster.Width, raster.Height, ExifOrientation.TopLeft);
}
