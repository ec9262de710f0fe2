using System.Globalization;

namespace MaskApi.Training.Data;

/// <summary>The prediction for a face, by a network that was not trained on it.</summary>
/// <param name="Face">The face's <see cref="HeldOutAnswersFile.Key(LabelledCrop)"/>.</param>
/// <param name="Probabilities">Probabilities of the labels, in the order of <see cref="FaceLabel"/>.</param>
public sealed record HeldOutVerdict(string Face, IReadOnlyList<double> Probabilities);

/// <summary>CSV file of predictions for held-out faces: written by <c>cross-validate</c>, read by <c>clean-labels</c>.</summary>
public static class HeldOutAnswersFile
{
    private const string Header = "source,picture,tag,x,y,face_side,label,without_mask,with_mask,incorrect_mask";

    /// <summary>Unique key of a face: data set, picture, and the corner of its box in whole pixels.</summary>
    /// <param name="crop">The face.</param>
    public static string Key(LabelledCrop crop)
    {
        ArgumentNullException.ThrowIfNull(crop);
        return Key(crop.Source, crop.Picture, Whole(crop.Box.X), Whole(crop.Box.Y));
    }

    /// <summary>Writes predictions, one face per row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="answers">The faces and the probabilities of their labels.</param>
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

    /// <summary>Reads predictions.</summary>
    /// <param name="path">A file that <see cref="Write"/> wrote.</param>
    /// <exception cref="InvalidDataException">The file is not such a file.</exception>
    public static IReadOnlyList<HeldOutVerdict> Read(string path)
    {
        var lines = File.ReadAllLines(path);
        return lines is [Header, ..]
            ? [.. lines.Skip(1).Select(Parse)]
            : throw new InvalidDataException($"'{path}' does not contain predictions of 'cross-validate'.");

        // Only the picture's name is quoted, because only it may contain a comma.
        HeldOutVerdict Parse(string line) =>
            line.Split('"') is [var source, var picture, var rest] && rest.Split(',') is { Length: 9 } cells
                ? Verdict(source.TrimEnd(','), picture, cells)
                : throw new InvalidDataException($"'{path}' has an invalid row: {line}");

        static HeldOutVerdict Verdict(string source, string picture, string[] cells) => new(
            Key(source, picture, cells[2], cells[3]), [.. cells[^3..].Select(p => double.Parse(p, CultureInfo.InvariantCulture))]);
    }

    private static string Key(string source, string picture, string x, string y) => $"{source}/{picture}@{x},{y}";

    private static string Whole(float pixels) => pixels.ToString("0", CultureInfo.InvariantCulture);
}
