using System.Globalization;
using MaskApi.Vision.Geometry;
using SkiaSharp;

namespace MaskApi.Vision.Imaging;

/// <summary>Draws verdicts onto a picture: green with a mask, red without, orange if one is worn wrong, gray if uncertain.</summary>
/// <remarks>
/// Every line has a dark rim and every label its own plate, so both are legible on any background. A label goes where it hides neither a
/// face nor another label, if there is such a place. If there is none for the words, the percentage is tried, then the bare sign, which
/// leads both and tells the verdict without color.
/// </remarks>
public static class AnnotationRenderer
{
    /// <summary>Size of the sign before the words, in text sizes.</summary>
    private const float SignSize = 1.1f;

    /// <summary>Stroke width of the sign, in 24ths of its size.</summary>
    private const float SignStroke = 4;

    private static readonly SKColor _rim = new(0, 0, 0, 0xB0);
    private static readonly SKTypeface _typeface = LoadTypeface();

    /// <summary>Draws a box with label and confidence around every face, in place. Sizes follow the picture and the face.</summary>
    /// <param name="picture">The picture to draw on.</param>
    /// <param name="faces">The verdicts, in pixels of that picture; earlier ones get better places.</param>
    /// <param name="minConfidence">A verdict less sure than this is drawn as uncertain, 0.5–1.</param>
    /// <param name="redaction">Whether the faces are made unrecognizable first.</param>
    public static void Draw(
        Raster picture,
        IReadOnlyList<FaceVerdict> faces,
        float minConfidence = FaceVerdict.DefaultMinConfidence,
        Redaction redaction = Redaction.None)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(faces);
        FaceRedaction.Apply(picture, faces, redaction);
        var info = new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var surface = SKSurface.Create(info, picture.Address, picture.Stride)
            ?? throw new InsufficientMemoryException($"There is not enough memory to draw on {picture.Width}×{picture.Height} pixels.");
        using var paint = new SKPaint { IsAntialias = true };
        using var font = new SKFont(_typeface) { Edging = SKFontEdging.Antialias, Subpixel = true };

        foreach (var face in faces)
        {
            DrawBox(surface.Canvas, paint, face.Box, LineWidth(picture, face.Box), Opaque(Verdicts.Of(face.Label(minConfidence)).Color));
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
        SKCanvas canvas, SKPaint paint, SKFont font, Raster picture, IReadOnlyList<FaceVerdict> faces, int index, float minConfidence,
        List<SKRect> labels)
    {
        var face = faces[index];
        var style = Verdicts.Of(face.Label(minConfidence));
        var percentage = string.Create(CultureInfo.InvariantCulture, $"{MathF.Floor(face.Confidence * 100):0}%");
        font.Size = TextSize(picture, face.Box);

        string[] texts = [$"{style.Words} {percentage}", percentage, ""];
        var text = Array.Find(texts, candidate => Place(font, candidate, picture, faces, index, labels) is not null) ?? "";
        var plate = Place(font, text, picture, faces, index, labels) ?? Candidates(font, text, picture, face.Box)[0];
        labels.Add(plate);
        paint.Style = SKPaintStyle.Fill;
        paint.Color = _rim;
        var corner = font.Size / 4;
        canvas.DrawRoundRect(SKRect.Inflate(plate, font.Size / 12, font.Size / 12), corner, corner, paint);
        paint.Color = Opaque(style.Color);
        canvas.DrawRoundRect(plate, corner, corner, paint);
        paint.Color = Opaque(style.Ink);
        var baseline = plate.MidY - ((font.Metrics.Ascent + font.Metrics.Descent) / 2);
        canvas.DrawText(text, plate.Left + (font.Size * (0.35f + SignSize)), baseline, SKTextAlign.Left, font, paint);
        DrawSign(canvas, paint, style.Sign, plate.Left + (font.Size * 0.2f), plate.MidY, font.Size * SignSize);
    }

    private static void DrawSign(SKCanvas canvas, SKPaint paint, string sign, float left, float middle, float size)
    {
        const float square = 24;
        using var path = SKPath.ParseSvgPathData(sign);
        canvas.Save();
        canvas.Translate(left, middle - (size / 2));
        canvas.Scale(size / square);
        paint.Style = SKPaintStyle.Stroke;
        paint.StrokeCap = SKStrokeCap.Round;
        paint.StrokeWidth = SignStroke;
        canvas.DrawPath(path, paint);
        paint.StrokeCap = SKStrokeCap.Butt;
        canvas.Restore();
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

    /// <summary>Above, below, and inside the box at its upper and lower edge, shifted sideways to stay inside the picture.</summary>
    private static SKRect[] Candidates(SKFont font, string text, Raster picture, PixelBox face)
    {
        var width = font.MeasureText(text) + (font.Size * (SignSize + (text.Length > 0 ? 0.7f : 0.4f)));
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

    /// <summary>Between a hundredth and a fortieth of the picture, as wide as the face allows, never too small to read.</summary>
    private static float TextSize(Raster picture, PixelBox face)
    {
        var longSide = Math.Max(picture.Width, picture.Height);
        return Math.Clamp(face.Width / 6, Math.Max(10, longSide / 100f), Math.Max(12, longSide / 40f));
    }

    private static SKColor Opaque(uint color) => new(0xFF000000 | color);

    private static SKTypeface LoadTypeface()
    {
        const string font = "DejaVuSans-Bold.subset.ttf";
        using var stream = typeof(AnnotationRenderer).Assembly.GetManifestResourceStream(font)!;
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException($"The embedded font {font} cannot be read.");
    }
}
