using System.Globalization;

namespace MaskApi.Training.Data;

/// <summary>What a network said of a face that it was not trained on.</summary>
/// <param name="Face">The face, by <see cref="HeldOutAnswersFile.Key(LabelledCrop)"/>.</param>
/// <param name="Probabilities">Of the labels, by <see cref="FaceLabel"/>'s numbers.</param>
public sealed record HeldOutVerdict(string Face, IReadOnlyList<double> Probabilities);

/// <summary>Answers to held-out faces as CSV: <c>cross-validate</c> writes it, <c>clean-labels</c> reads it.</summary>
public static class HeldOutAnswersFile
{
    private const string Header = "source,picture,tag,x,y,face_side,label,without_mask,with_mask,incorrect_mask";

    /// <summary>What tells a face from all others: data set, picture, and the corner of its box in whole pixels.</summary>
    /// <param name="crop">The face.</param>
    public static string Key(LabelledCrop crop)
    {
        ArgumentNullException.ThrowIfNull(crop);
        return Key(crop.Source, crop.Picture, Whole(crop.Box.X), Whole(crop.Box.Y));
    }

    /// <summary>Writes answers, a face a row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="answers">The faces, and the probabilities of their labels.</param>
    public static void Write(string path, IEnumerable<(LabelledCrop Crop, IReadOnlyList<double> Probabilities)> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        using var csv = File.CreateText(path);
        csv.WriteLine(Header);
        foreach (var (crop, p) in answers)
        {
            csv.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{crop.Source},\"{crop.Picture}\",{crop.Tag},{Whole(crop.Box.X)},{Whole(crop.Box.Y)},{crop.FaceSide:0},{crop.Label},"
                + $"{p[0]:0.00000},{p[1]:0.00000},{p[2]:0.00000}"));
        }
    }

    /// <summary>Reads answers.</summary>
    /// <param name="path">A file that <see cref="Write"/> wrote.</param>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static IReadOnlyList<HeldOutVerdict> Read(string path)
    {
        var lines = File.ReadAllLines(path);
        return lines is [Header, ..]
            ? [.. lines.Skip(1).Select(Parse)]
            : throw new InvalidDataException($"'{path}' does not hold the answers of 'cross-validate'.");

        // Only the picture's name is quoted, as only it may hold a comma.
        HeldOutVerdict Parse(string line) =>
            line.Split('"') is [var source, var picture, var rest] && rest.Split(',') is { Length: 9 } cells
                ? Verdict(source.TrimEnd(','), picture, cells)
                : throw new InvalidDataException($"'{path}' has a row that is no answer: {line}");

        static HeldOutVerdict Verdict(string source, string picture, string[] cells) => new(
            Key(source, picture, cells[2], cells[3]), [.. cells[^3..].Select(p => double.Parse(p, CultureInfo.InvariantCulture))]);
    }

    private static string Key(string source, string picture, string x, string y) => $"{source}/{picture}@{x},{y}";

    private static string Whole(float pixels) => pixels.ToString("0", CultureInfo.InvariantCulture);
}
