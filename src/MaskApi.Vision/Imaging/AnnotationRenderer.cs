using System.Globalization;
using MaskApi.Vision.Geometry;
using SkiaSharp;

namespace MaskApi.Vision.Imaging;

/// <summary>Draws verdicts onto a picture: green with a mask, red without, amber where uncertain.</summary>
/// <remarks>
/// Every line has a dark rim and every label a plate of its own, so both are legible on any background. A label goes
/// where it hides neither another face nor another label, if there is such a place; where there is none for the words,
/// the percentage alone is tried, whose plate tells the verdict by its color.
/// </remarks>
public static class AnnotationRenderer
{
    private static readonly Style _withMask = new("mask", new SKColor(0x2E, 0xC4, 0x5A), SKColors.Black);
    private static readonly Style _withoutMask = new("no mask", new SKColor(0xD3, 0x2F, 0x2F), SKColors.White);
    private static readonly Style _uncertain = new("uncertain", new SKColor(0xFF, 0xB3, 0x00), SKColors.Black);
    private static readonly SKColor _rim = new(0, 0, 0, 0xB0);
    private static readonly SKTypeface _typeface = LoadTypeface();

    /// <summary>The color that a verdict is drawn in, as red, green and blue.</summary>
    /// <param name="label">The verdict.</param>
    public static (byte Red, byte Green, byte Blue) ColorOf(MaskLabel label)
    {
        var color = StyleOf(label).Color;
        return (color.Red, color.Green, color.Blue);
    }

    /// <summary>Draws a box with label and confidence around every face, in place; sizes follow the picture's and the face's.</summary>
    /// <param name="picture">The picture to draw on.</param>
    /// <param name="faces">The verdicts, in pixels of that picture; earlier ones get the better places.</param>
    /// <param name="minConfidence">A verdict less sure than this is drawn as uncertain, 0.5–1.</param>
    public static void Draw(Raster picture, IReadOnlyList<FaceVerdict> faces, float minConfidence)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(faces);
        var info = new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var surface = SKSurface.Create(info, picture.Address, picture.Stride);
        using var paint = new SKPaint { IsAntialias = true };
        using var font = new SKFont(_typeface) { Edging = SKFontEdging.Antialias, Subpixel = true };

        foreach (var face in faces)
        {
            DrawBox(surface.Canvas, paint, face.Box, LineWidth(picture, face.Box), StyleOf(face.Label(minConfidence)).Color);
        }

        var labels = new List<SKRect>(faces.Count);
        for (var i = 0; i < faces.Count; i++)
        {
            DrawLabel(surface.Canvas, paint, font, picture, faces, i, minConfidence, labels);
        }

        surface.Canvas.Flush();
        GC.KeepAlive(picture);
    }

    private static void DrawBox(SKCanvas canvas, SKPaint paint, PixelBox box, float width, SKColor color)
    {
        var rectangle = new SKRect(box.X, box.Y, box.Right, box.Bottom);
        paint.Style = SKPaintStyle.Stroke;
        paint.Color = _rim;
        paint.StrokeWidth = width * 1.8f;
        canvas.DrawRoundRect(rectangle, width, width, paint);
        paint.Color = color;
        paint.StrokeWidth = width;
        canvas.DrawRoundRect(rectangle, width, width, paint);
    }

    private static void DrawLabel(
        SKCanvas canvas, SKPaint paint, SKFont font, Raster picture, IReadOnlyList<FaceVerdict> faces, int index, float minConfidence, List<SKRect> labels)
    {
        var face = faces[index];
        var style = StyleOf(face.Label(minConfidence));
        var percentage = string.Create(CultureInfo.InvariantCulture, $"{MathF.Floor(face.Confidence * 100):0}%");
        font.Size = TextSize(picture, face.Box);

        var text = $"{style.Words} {percentage}";
        var plate = Place(font, text, picture, faces, index, labels);
        if (plate is null)
        {
            text = percentage;
            plate = Place(font, text, picture, faces, index, labels) ?? Candidates(font, text, picture, face.Box)[0];
        }

        labels.Add(plate.Value);
        paint.Style = SKPaintStyle.Fill;
        paint.Color = _rim;
        var corner = font.Size / 4;
        canvas.DrawRoundRect(SKRect.Inflate(plate.Value, font.Size / 12, font.Size / 12), corner, corner, paint);
        paint.Color = style.Color;
        canvas.DrawRoundRect(plate.Value, corner, corner, paint);
        paint.Color = style.TextColor;
        var baseline = plate.Value.MidY - ((font.Metrics.Ascent + font.Metrics.Descent) / 2);
        canvas.DrawText(text, plate.Value.Left + (font.Size * 0.35f), baseline, SKTextAlign.Left, font, paint);
    }

    /// <summary>The first place where the label hides nothing, or null.</summary>
    private static SKRect? Place(SKFont font, string text, Raster picture, IReadOnlyList<FaceVerdict> faces, int index, List<SKRect> labels)
    {
        foreach (var plate in Candidates(font, text, picture, faces[index].Box))
        {
            var free = plate is { Left: >= 0, Top: >= 0 } && plate.Right <= picture.Width && plate.Bottom <= picture.Height;
            for (var i = 0; free && i < labels.Count; i++)
            {
                free = !plate.IntersectsWith(labels[i]);
            }

            var box = PixelBox.FromEdges(plate.Left, plate.Top, plate.Right, plate.Bottom);
            for (var i = 0; free && i < faces.Count; i++)
            {
                free = i == index || faces[i].Box.IntersectionArea(box) == 0;
            }

            if (free)
            {
                return plate;
            }
        }

        return null;
    }

    /// <summary>Above, below, and inside the box at its lower and upper edge; moved sideways to stay in the picture.</summary>
    private static SKRect[] Candidates(SKFont font, string text, Raster picture, PixelBox face)
    {
        var width = font.MeasureText(text) + (font.Size * 0.7f);
        var height = font.Size * 1.3f;
        var gap = LineWidth(picture, face);
        var left = Math.Max(0, Math.Min(face.X - (gap / 2), picture.Width - width));
        return
        [
            SKRect.Create(left, face.Y - gap - height, width, height),
            SKRect.Create(left, face.Bottom + gap, width, height),
            SKRect.Create(left, face.Bottom - gap - height, width, height),
            SKRect.Create(left, face.Y + gap, width, height),
        ];
    }

    /// <summary>A three-hundredth of the picture, but thin around a small face.</summary>
    private static float LineWidth(Raster picture, PixelBox face) =>
        Math.Clamp(Math.Min(face.Width, face.Height) / 16, 1.5f, Math.Max(2, Math.Max(picture.Width, picture.Height) / 300f));

    /// <summary>Between a hundredth and a fortieth of the picture, as wide as the face allows; never below what can be read.</summary>
    private static float TextSize(Raster picture, PixelBox face)
    {
        var longSide = Math.Max(picture.Width, picture.Height);
        return Math.Clamp(face.Width / 6, Math.Max(10, longSide / 100f), Math.Max(12, longSide / 40f));
    }

    private static Style StyleOf(MaskLabel label) => label switch
    {
        MaskLabel.WithMask => _withMask,
        MaskLabel.WithoutMask => _withoutMask,
        _ => _uncertain,
    };

    private static SKTypeface LoadTypeface()
    {
        const string font = "DejaVuSans-Bold.subset.ttf";
        using var stream = typeof(AnnotationRenderer).Assembly.GetManifestResourceStream(font)!;
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException($"The embedded font {font} cannot be read.");
    }

    private sealed record Style(string Words, SKColor Color, SKColor TextColor);
}
