using MaskApi.Vision.Imaging;
using SkiaSharp;

namespace MaskApi.Benchmarks;

/// <summary>The benchmark pictures: one portrait, and pictures of any size made of copies of it.</summary>
internal static class Pictures
{
    /// <summary>Path of the committed portrait: one face, 320×428.</summary>
    public static string PortraitPath { get; } = Path.Combine(AppContext.BaseDirectory, "Pictures", "portrait.jpg");

    /// <summary>The committed portrait's bytes.</summary>
    public static byte[] Portrait() => File.ReadAllBytes(PortraitPath);

    /// <summary>
    /// A crowd as a camera would write it: copies of the portrait in a 3:4 or 4:3 picture, with sensor noise, JPEG quality 90.
    /// </summary>
    /// <param name="faces">Number of faces; 0 for a plain wall.</param>
    /// <param name="megapixels">Size of the picture.</param>
    public static byte[] Crowd(int faces, double megapixels)
    {
        var height = (int)Math.Round(Math.Sqrt(megapixels * 1e6 * 4 / 3));
        var width = (int)Math.Round(height * 0.75);
        if (faces > 1)
        {
            (width, height) = (height, width);
        }

        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(new SKColor(120, 110, 100));
            DrawFaces(canvas, faces, width, height);
        }

        AddNoise(bitmap.GetPixelSpan());
        using var image = SKImage.FromBitmap(bitmap);
        using var file = image.Encode(SKEncodedImageFormat.Jpeg, 90);
        return file.ToArray();
    }

    /// <summary>Decodes any picture.</summary>
    public static Raster Decode(byte[] file) => ImageDecoder.Decode(file, new DecodeLimits(), CancellationToken.None);

    private static void DrawFaces(SKCanvas canvas, int faces, int width, int height)
    {
        using var portrait = SKImage.FromEncodedData(PortraitPath);
        var columns = 1;
        while (columns * Math.Max(1, (int)(columns * (double)height / width * portrait.Width / portrait.Height)) < faces)
        {
            columns++;
        }

        var cell = new SKSize((float)width / columns, (float)width / columns * portrait.Height / portrait.Width);
        for (var i = 0; i < faces; i++)
        {
            var place = SKRect.Create(i % columns * cell.Width, i / columns * cell.Height, cell.Width, cell.Height);
            canvas.DrawImage(portrait, place, new SKSamplingOptions(SKCubicResampler.Mitchell));
        }
    }

    /// <summary>Adds a few gray levels of noise, so that the file is as large and as slow to decode as a real photograph.</summary>
    private static void AddNoise(Span<byte> pixels)
    {
        var random = new Random(1);
        for (var i = 0; i < pixels.Length; i += Raster.BytesPerPixel)
        {
            var noise = random.Next(-6, 7);
            for (var channel = 0; channel < 3; channel++)
            {
                pixels[i + channel] = (byte)Math.Clamp(pixels[i + channel] + noise, 0, 255);
            }
        }
    }
}
