using MaskApi.Training.Data;
using MaskApi.Vision.Geometry;
using SkiaSharp;

namespace MaskApi.Training.Tests;

/// <summary>Drawn faces with and without a drawn mask: training data without anybody's photograph.</summary>
internal static class TestFaces
{
    public static IReadOnlyList<LabelledCrop> Crops(int count, int seed = 1, string source = "drawn") =>
        [.. Enumerable.Range(0, count).Select(i => Crop(i % 2 == 0, new SeededRandom(seed, i), source, $"{i:D4}.jpg"))];

    public static LabelledCrop Crop(bool masked, SeededRandom random, string source, string name)
    {
        var image = Picture(masked, random);
        var box = new PixelBox(30, 30, 100, 120);
        var crop = new LabelledCrop(
            source, name, string.Empty, masked ? FaceLabel.WithMask : FaceLabel.WithoutMask,
            BoxOrigin.Annotation, 0, image.Width, image.Height, box,
            new(0, 0, image.Width, image.Height), 0, PerceptualHash.Of(image, new SampleRect(0, 0, image.Width, image.Height)),
            string.Empty, string.Empty, image.ToJpeg(92));
        return crop with { CropHash = PerceptualHash.Of(image, crop.ServiceRect(box, image)) };
    }

    public static RgbImage Picture(bool masked, SeededRandom random)
    {
        byte Shade(int low, int high) => (byte)(low + random.Below(high - low));
        using var bitmap = new SKBitmap(new SKImageInfo(160, 180, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(new SKColor(Shade(0, 255), Shade(0, 255), Shade(0, 255)));
        for (var i = 0; i < 12; i++)
        {
            using var clutter = new SKPaint { Color = new SKColor(Shade(0, 255), Shade(0, 255), Shade(0, 255)) };
            canvas.DrawCircle(random.Below(160), random.Below(180), 5 + random.Below(25), clutter);
        }

        using var skin = new SKPaint { Color = new SKColor(Shade(140, 250), Shade(100, 200), Shade(80, 170)) };
        using var dark = new SKPaint { Color = new SKColor(Shade(0, 60), Shade(0, 60), Shade(0, 60)) };
        canvas.DrawOval(80, 90, 48, 60, skin);
        canvas.DrawCircle(62 + random.Below(5), 75, 6, dark);
        canvas.DrawCircle(94 + random.Below(5), 75, 6, dark);
        if (masked)
        {
            using var cloth = new SKPaint { Color = new SKColor(Shade(170, 255), Shade(190, 255), Shade(200, 255)) };
            canvas.DrawRect(36, 92 + random.Below(6), 88, 48, cloth);
        }
        else
        {
            using var lips = new SKPaint { Color = new SKColor(Shade(150, 220), Shade(30, 80), Shade(40, 90)) };
            canvas.DrawOval(80, 122 + random.Below(6), 18, 6, lips);
        }

        canvas.Flush();
        var image = new RgbImage(160, 180);
        var pixels = bitmap.GetPixelSpan();
        for (int i = 0, o = 0; o < image.Pixels.Length; i += 4, o += 3)
        {
            pixels.Slice(i, 3).CopyTo(image.Pixels.AsSpan(o));
        }

        return image;
    }
}
