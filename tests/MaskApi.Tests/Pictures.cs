using MaskApi.TestPictures;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Tests;

/// <summary>Pictures to send.</summary>
internal static class Pictures
{
    /// <summary>A portrait: 512 x 512 pixels, one face, no mask.</summary>
    internal static byte[] Astronaut { get; } = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Pictures", "astronaut.jpg"));

    /// <summary>The portrait in another format.</summary>
    internal static byte[] AstronautAs(SKEncodedImageFormat format)
    {
        using var bitmap = SKBitmap.Decode(Astronaut);
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    /// <summary>The portrait in three sizes side by side: three faces, the largest in the middle.</summary>
    internal static byte[] Group { get; } = MakeGroup();

    private static byte[] MakeGroup()
    {
        using var portrait = SKBitmap.Decode(Astronaut);
        using var group = new SKBitmap(1100, 520);
        group.Erase(SKColors.DimGray);
        using var canvas = new SKCanvas(group);
        canvas.DrawBitmap(portrait, SKRect.Create(10, 150, 250, 250));
        canvas.DrawBitmap(portrait, SKRect.Create(270, 4, 512, 512));
        canvas.DrawBitmap(portrait, SKRect.Create(790, 100, 300, 300));
        canvas.Flush();
        using var data = group.Encode(SKEncodedImageFormat.Jpeg, 92);
        return data.ToArray();
    }

    /// <summary>A JPEG of noise: a small file that becomes a larger PNG than any photograph of its size.</summary>
    internal static byte[] Noise(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        new Random(1).NextBytes(bitmap.GetPixelSpan());
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 10);
        return data.ToArray();
    }

    /// <summary>A uniformly gray PNG.</summary>
    internal static byte[] Plain(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(SKColors.Gray);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>Width of <see cref="Oriented"/> when upright; its height differs.</summary>
    internal const int OrientedWidth = 400;

    /// <summary>The portrait, cropped to 400 x 512 and stored rotated or mirrored, with the EXIF orientation that undoes it.</summary>
    internal static byte[] Oriented(int orientation)
    {
        using var whole = SKBitmap.Decode(Astronaut);
        using var upright = new SKBitmap(OrientedWidth, whole.Height);
        whole.ExtractSubset(upright, new SKRectI(0, 0, OrientedWidth, whole.Height));
        var rotated = orientation >= 5;
        using var stored = new SKBitmap(rotated ? upright.Height : upright.Width, rotated ? upright.Width : upright.Height);
        for (var y = 0; y < stored.Height; y++)
        {
            for (var x = 0; x < stored.Width; x++)
            {
                // Where stored row y and column x belong (TIFF 6.0, tag 274): which side is the 0th row, which the 0th column.
                var (right, bottom) = (upright.Width - 1, upright.Height - 1);
                var (sourceX, sourceY) = orientation switch
                {
                    2 => (right - x, y),
                    3 => (right - x, bottom - y),
                    4 => (x, bottom - y),
                    5 => (y, x),
                    6 => (right - y, x),
                    7 => (right - y, bottom - x),
                    8 => (y, bottom - x),
                    _ => (x, y),
                };
                stored.SetPixel(x, y, upright.GetPixel(sourceX, sourceY));
            }
        }

        using var data = stored.Encode(SKEncodedImageFormat.Jpeg, 95);
        return Orientations.WithOrientation(data.ToArray(), ImageFormat.Jpeg, (ExifOrientation)orientation);
    }

    /// <summary>An animated 64 x 64 GIF; each frame has a different gray.</summary>
    internal static byte[] Gif(int frames) =>
        GifFiles.Create(64, 64, [.. Enumerable.Range(0, frames).Select(static frame => ((byte)frame, (byte)frame, (byte)frame))]);

    /// <summary>A 24-bit BMP.</summary>
    internal static byte[] Bmp(SKBitmap bitmap) => BmpFiles.Create(bitmap.Width, bitmap.Height, (x, y) =>
    {
        var pixel = bitmap.GetPixel(x, y);
        return (pixel.Red, pixel.Green, pixel.Blue);
    });
}
