using MaskApi.TestPictures;
using MaskApi.Vision.Imaging;
using SkiaSharp;

namespace MaskApi.Vision.Tests;

/// <summary>Test pictures, and files that no encoder writes.</summary>
internal static class TestPictures
{
    internal static readonly DecodeLimits Limits = new();

    /// <summary>Red, green / blue, white: different for every rotation and reflection.</summary>
    internal static readonly (byte R, byte G, byte B)[] Quadrants = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)];

    internal static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Pictures", name));

    internal static Raster Decode(byte[] file) => ImageDecoder.Decode(file, Limits, CancellationToken.None);

    internal static (byte R, byte G, byte B) At(this Raster raster, int x, int y)
    {
        var pixel = raster.Row(y).Slice(x * Raster.BytesPerPixel, Raster.BytesPerPixel);
        Assert.Equal(byte.MaxValue, pixel[3]);
        return (pixel[0], pixel[1], pixel[2]);
    }

    internal static void AssertNear((byte R, byte G, byte B) expected, (byte R, byte G, byte B) actual, int tolerance = 12)
    {
        Assert.True(Near(expected, actual, tolerance), $"expected {expected}, got {actual}");
    }

    internal static bool Near((byte R, byte G, byte B) expected, (byte R, byte G, byte B) actual, int tolerance) =>
        Math.Max(Math.Abs(expected.R - actual.R), Math.Max(Math.Abs(expected.G - actual.G), Math.Abs(expected.B - actual.B))) <= tolerance;

    internal static Raster QuadrantRaster(int width = 48, int height = 32)
    {
        var raster = new Raster(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (r, g, b) = Quadrants[(x * 2 / width) + (2 * (y * 2 / height))];
                new[] { r, g, b, byte.MaxValue }.CopyTo(raster.Row(y)[(x * 4)..]);
            }
        }

        return raster;
    }

    /// <summary>Reproducible noise over a gradient: no two rows, columns or blocks are alike.</summary>
    internal static Raster NoiseRaster(int width, int height, int seed = 1)
    {
        var raster = new Raster(width, height);
        var random = new Random(seed);
        for (var y = 0; y < height; y++)
        {
            var row = raster.Row(y);
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = i % 4 == 3 ? byte.MaxValue : (byte)Math.Clamp((i * 255 / row.Length) + random.Next(-60, 60), 0, 255);
            }
        }

        return raster;
    }

    internal static byte[] Encode(Raster raster, SKEncodedImageFormat format, SKColorSpace? space = null, int quality = 95)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(raster.Width, raster.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, space));
        raster.Pixels.CopyTo(bitmap.GetPixelSpan());
        return bitmap.Encode(format, quality).ToArray();
    }

    internal static byte[] Bmp(Raster raster) => BmpFiles.Create(raster.Width, raster.Height, raster.At);
}
