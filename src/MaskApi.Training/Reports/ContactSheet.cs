using System.Globalization;
using MaskApi.Training.Data;
using MaskApi.Training.Evaluation;
using SkiaSharp;

namespace MaskApi.Training.Reports;

/// <summary>Draws the worst mistakes side by side, as the classifier saw them.</summary>
internal static class ContactSheet
{
    private const int Columns = 8;
    private const int Cell = 150;
    private const int Caption = 49;
    private const int Gap = 8;

    /// <summary>Draws the wrong answers with the highest confidence.</summary>
    public static void Save(IReadOnlyList<JudgedFace> mistakes, string path, CancellationToken cancellationToken)
    {
        var rows = Math.Max(1, (mistakes.Count + Columns - 1) / Columns);
        using var bitmap = new SKBitmap(new SKImageInfo((Columns * (Cell + Gap)) + Gap, (rows * (Cell + Caption + Gap)) + Gap));
        using var canvas = new SKCanvas(bitmap);
        using var font = new SKFont(PlotFont.Typeface(), 10);
        using var ink = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        canvas.Clear(SKColors.White);
        for (var i = 0; i < mistakes.Count; i++)
        {
            var mistake = mistakes[i];
            var (x, y) = (Gap + (i % Columns * (Cell + Gap)), Gap + (i / Columns * (Cell + Caption + Gap)));
            using var tile = mistake.Tile(Cell, cancellationToken).ToBitmap();
            canvas.DrawBitmap(tile, x, y);
            var lines = (string[])
            [
                $"label {Short(mistake.Label)}",
                string.Create(
                    CultureInfo.InvariantCulture, $"predicted {Short(mistake.Judged.Verdict)} {mistake.Judged.Confidence:0.00}"),
                string.Create(CultureInfo.InvariantCulture, $"{mistake.Side:0} px {Shortened(mistake.Picture.Name)}"),
            ];
            for (var line = 0; line < lines.Length; line++)
            {
                canvas.DrawText(lines[line], x, y + Cell + 14 + (15 * line), SKTextAlign.Left, font, ink);
            }
        }

        canvas.Flush();
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using var file = File.Create(path);
        data.SaveTo(file);
    }

    private static string Short(FaceLabel label) => label switch
    {
        FaceLabel.WithMask => "with",
        FaceLabel.WithoutMask => "without",
        _ => "worn wrong",
    };

    private static string Shortened(string name) => name.Length <= 16 ? name : string.Concat("..", name.AsSpan(name.Length - 14));
}
