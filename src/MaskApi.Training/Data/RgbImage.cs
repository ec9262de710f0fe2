using MaskApi.Vision.Classification;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using SkiaSharp;

namespace MaskApi.Training.Data;

/// <summary>A picture with three bytes per pixel, rows from top to bottom without padding.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Pixels">uint8 <c>[height, width, 3]</c>, RGB.</param>
public sealed record RgbImage(int Width, int Height, byte[] Pixels)
{
    /// <summary>A black picture.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    public RgbImage(int width, int height)
        : this(width, height, new byte[width * height * 3])
    {
    }

    /// <summary>Copies a region out of a raster.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="region">The region, inside the picture.</param>
    public static RgbImage From(Raster picture, PixelRegion region)
    {
        var image = new RgbImage(region.Width, region.Height);
        FaceCropper.CopyRgb(picture, region, image.Pixels);
        return image;
    }

    /// <summary>Decodes a file that <see cref="ToJpeg"/> wrote.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="cancellationToken">Cancels the decoding.</param>
    /// <exception cref="ImageRejectedException">The bytes are not a picture.</exception>
    public static RgbImage Decode(ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken = default)
    {
        using var raster = ImageDecoder.Decode(encoded, new DecodeLimits { MinSide = 1 }, cancellationToken);
        return From(raster, new PixelRegion(0, 0, raster.Width, raster.Height));
    }

    /// <summary>Encodes as JPEG.</summary>
    /// <param name="quality">1–100.</param>
    public byte[] ToJpeg(int quality)
    {
        using var bitmap = ToBitmap();
        using var pixmap = bitmap.PeekPixels();
        var sampling = quality >= 90 ? SKJpegEncoderDownsample.Downsample444 : SKJpegEncoderDownsample.Downsample420;
        using var data = pixmap.Encode(new SKJpegEncoderOptions(quality, sampling, SKJpegEncoderAlphaOption.Ignore));
        return data?.ToArray() ?? throw new InvalidOperationException("The picture cannot be encoded.");
    }

    /// <summary>Copies the picture for the detector. The caller disposes of the copy.</summary>
    public Raster ToRaster()
    {
        var raster = new Raster(Width, Height);
        CopyOpaque(raster.Pixels);
        return raster;
    }

    /// <summary>Copies the picture to SkiaSharp, for drawing and encoding. The caller disposes of the copy.</summary>
    public SKBitmap ToBitmap()
    {
        var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        CopyOpaque(bitmap.GetPixelSpan());
        return bitmap;
    }

    private void CopyOpaque(Span<byte> rgba)
    {
        for (int i = 0, o = 0; i < Pixels.Length; i += 3, o += 4)
        {
            Pixels.AsSpan(i, 3).CopyTo(rgba[o..]);
            rgba[o + 3] = byte.MaxValue;
        }
    }
}
