using System.Globalization;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Training.Data;

/// <summary>An annotated face.</summary>
/// <param name="Label">The annotators' label.</param>
/// <param name="Box">Brow to chin, in pixels of the upright picture.</param>
/// <param name="Ignored">True for a face too unclear to score. It counts neither way, and <paramref name="Label"/> is meaningless.</param>
public readonly record struct AnnotatedFace(FaceLabel Label, PixelBox Box, bool Ignored = false);

/// <summary>A picture with its labels.</summary>
/// <param name="Source">Name of the data set.</param>
/// <param name="Path">The file.</param>
/// <param name="Part">The data set's own partition; empty if none.</param>
/// <param name="Label">The picture's label in a set with class folders; null in a detection set.</param>
/// <param name="Faces">All annotated faces in a detection set; empty in a set with class folders.</param>
/// <param name="Tag">The picture's tag in <c>sources.csv</c>; empty if none.</param>
/// <param name="Series">Series of photographs, kept on one side of every split; empty if none.</param>
public sealed record LabelledPicture(string Source, string Path, string Part, FaceLabel? Label, IReadOnlyList<AnnotatedFace> Faces,
    string Tag = "", string Series = "")
{
    /// <summary>Data set and file name: identifies the picture in packs and folds.</summary>
    public string FullName => $"{Source}/{Name}";

    /// <summary>File name without the folder.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The only part of the picture to look at, which the faces' boxes refer to; null for all of it.</summary>
    public PixelRegion? Cut { get; init; }

    /// <summary>Decodes the picture, or its cut. The caller disposes of the raster.</summary>
    /// <param name="cancellationToken">Cancels the decoding.</param>
    /// <exception cref="ImageRejectedException">The picture cannot be decoded.</exception>
    /// <exception cref="InvalidDataException">The cut extends beyond the picture.</exception>
    public Raster Decode(CancellationToken cancellationToken)
    {
        var whole = ImageDecoder.Decode(File.ReadAllBytes(Path), new DecodeLimits(), cancellationToken);
        if (Cut is not { } cut)
        {
            return whole;
        }

        using (whole)
        {
            return cut.X >= 0 && cut.Y >= 0 && cut.X + cut.Width <= whole.Width && cut.Y + cut.Height <= whole.Height
                ? RgbImage.From(whole, cut).ToRaster()
                : throw new InvalidDataException($"'{Path}' has {whole.Width} x {whole.Height} pixels, which do not contain {cut}.");
        }
    }
}

/// <summary>Reads data sets in either of two layouts: class folders, or <c>images/</c> with <c>boxes.csv</c>.</summary>
public static class LabelledPictures
{
    private static readonly string[] _extensions = [".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"];

    private static readonly (string Folder, FaceLabel Label)[] _classes =
    [
        ("with_mask", FaceLabel.WithMask), ("without_mask", FaceLabel.WithoutMask), ("incorrect_mask", FaceLabel.IncorrectMask),
        ("incorrect_mask_drawn", FaceLabel.IncorrectMask),
    ];

    /// <summary>The name of a label in folders and files.</summary>
    /// <param name="label">The label.</param>
    public static string Name(FaceLabel label) => _classes.First(c => c.Label == label).Folder;

    /// <summary>The class folders, as <c>with_mask/, …</c>.</summary>
    public static string ClassFolders { get; } = string.Join(", ", _classes.Select(c => $"{c.Folder}/"));

    /// <summary>Lists the pictures of a data set, in an order independent of the file system.</summary>
    /// <param name="folder">Holds class folders such as <c>with_mask/</c>, or <c>boxes.csv</c> and <c>images/</c>.</param>
    /// <param name="part">The part of <c>boxes.csv</c> to read; null for all.</param>
    /// <exception cref="InvalidDataException">
    /// The folder has neither layout, <c>boxes.csv</c> cannot be read, or it does not have the part.
    /// </exception>
    public static IReadOnlyList<LabelledPicture> Read(string folder, string? part = null)
    {
        var source = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder)));
        var boxes = System.IO.Path.Combine(folder, "boxes.csv");
        if (File.Exists(boxes))
        {
            return ReadBoxes(source, folder, boxes, part);
        }

        if (part is not null)
        {
            throw new InvalidDataException($"'{folder}' has no boxes.csv, so it has no part '{part}'.");
        }

        var origins = Origins(System.IO.Path.Combine(folder, "sources.csv"));
        LabelledPicture[] pictures =
        [
            .. _classes.SelectMany(c => Files(System.IO.Path.Combine(folder, c.Folder))
                .Select(file => Picture(source, file, c.Folder, c.Label, origins))),
        ];
        return pictures.Length > 0
            ? pictures
            : throw new InvalidDataException($"'{folder}' contains neither boxes.csv nor pictures in any of {ClassFolders}.");
    }

    /// <summary>Lists the folders of a data set with class folders that hold pictures but do not have the name of a class.</summary>
    /// <param name="folder">The data set.</param>
    /// <returns>Names of folders; empty for a set with <c>boxes.csv</c>.</returns>
    public static IReadOnlyList<string> OtherFolders(string folder) => File.Exists(System.IO.Path.Combine(folder, "boxes.csv"))
        ? []
        :
        [
            .. Directory.EnumerateDirectories(folder).Where(inner => Files(inner).Any()).Select(inner => System.IO.Path.GetFileName(inner))
                .Except(_classes.Select(c => c.Folder), StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];

    /// <summary>Lists pictures without people, in an order independent of the file system.</summary>
    /// <param name="folder">Contains pictures, at any depth.</param>
    /// <exception cref="InvalidDataException">The folder contains no pictures.</exception>
    public static IReadOnlyList<LabelledPicture> ReadWithoutPeople(string folder)
    {
        var source = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder)));
        LabelledPicture[] pictures =
        [
            .. Files(folder, SearchOption.AllDirectories).Select(file => new LabelledPicture(source, file, string.Empty, null, [])),
        ];
        return pictures.Length > 0 ? pictures : throw new InvalidDataException($"'{folder}' contains no pictures.");
    }

    /// <summary>Lists cuts of pictures that one face fills, so that the face's box is the whole cut.</summary>
    /// <param name="path">
    /// A CSV file with the columns <c>dataset,image,label,x,y,width,height</c>, one row per cut, in whole pixels; the detection sets are
    /// folders beside it.
    /// </param>
    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    public static IReadOnlyList<LabelledPicture> ReadCuts(string path)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        var source = System.IO.Path.GetFileNameWithoutExtension(path);
        return ReadRows(path, ["dataset", "image", "label", "x", "y", "width", "height"], cell =>
        {
            var cut = new PixelRegion(Number(cell("x")!), Number(cell("y")!), Number(cell("width")!), Number(cell("height")!));
            return new LabelledPicture(
                source,
                System.IO.Path.Combine(folder, cell("dataset")!, "images", cell("image")!),
                string.Empty,
                null,
                [new AnnotatedFace(ToLabel(cell("label")!), new PixelBox(0, 0, cut.Width, cut.Height))])
            {
                Cut = cut,
            };
        });

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    // sources.csv gives each file's source, and a series for incorrectly worn masks or a tag for the others.
    // Drawn masks count as a source of their own, so that a recipe can weight them.
    private static LabelledPicture Picture(
        string source, string file, string folder, FaceLabel label, Dictionary<string, (string Source, string Tag)> origins)
    {
        var drawn = folder.EndsWith("_drawn", StringComparison.Ordinal) ? "-drawn" : string.Empty;
        if (!origins.TryGetValue($"{folder}/{System.IO.Path.GetFileName(file)}", out var origin))
        {
            return new LabelledPicture(source + drawn, file, string.Empty, label, []);
        }

        return label == FaceLabel.IncorrectMask
            ? new LabelledPicture(origin.Source + drawn, file, string.Empty, label, [], Series: origin.Tag)
            : new LabelledPicture(origin.Source, file, string.Empty, label, [], origin.Tag);
    }

    private static Dictionary<string, (string Source, string Tag)> Origins(string path) => File.Exists(path)
        ? File.ReadLines(path).Skip(1).Select(line => line.Split(',')).Where(cells => cells.Length >= 3)
            .ToDictionary(cells => cells[0], cells => (cells[1], cells[2]), StringComparer.Ordinal)
        : [];

    private static IEnumerable<string> Files(string folder, SearchOption depth = SearchOption.TopDirectoryOnly) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*", depth)
            .Where(f => _extensions.Contains(System.IO.Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
        : [];

    private static LabelledPicture[] ReadBoxes(string source, string folder, string path, string? part)
    {
        var rows = ReadRows(path, ["image", "label", "x", "y", "width", "height"], cell => (
            Image: cell("image")!,
            Part: cell("part") ?? string.Empty,
            Face: new AnnotatedFace(
                ToLabel(cell("label")!),
                new PixelBox(Number(cell("x")!), Number(cell("y")!), Number(cell("width")!), Number(cell("height")!)),
                Ignored: cell("label") == "ignore")));
        LabelledPicture[] pictures =
        [
            .. rows.Where(r => part is null || r.Part == part)
                .GroupBy(r => r.Image, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new LabelledPicture(
                    source, System.IO.Path.Combine(folder, "images", g.Key), g.First().Part, null, [.. g.Select(r => r.Face)])),
        ];
        return pictures.Length > 0
            ? pictures
            : throw new InvalidDataException($"'{path}' has no faces{(part is null ? string.Empty : $" in a part '{part}'")}.");

        static float Number(string text) => float.Parse(text, CultureInfo.InvariantCulture);
    }

    private static FaceLabel ToLabel(string text) => text switch
    {
        "with_mask" => FaceLabel.WithMask,
        "without_mask" or "ignore" => FaceLabel.WithoutMask,
        "incorrect_mask" => FaceLabel.IncorrectMask,
        _ => throw new FormatException($"'{text}' is no label: with_mask, without_mask, incorrect_mask or ignore."),
    };

    // Parses each line of a CSV file. A cell is null if the file lacks the column.
    private static List<T> ReadRows<T>(string path, ReadOnlySpan<string> needed, Func<Func<string, string?>, T> parse)
    {
        var lines = File.ReadAllLines(path);
        var columns = lines[0].Split(',').Select((name, i) => (name, i)).ToDictionary(c => c.name.Trim(), c => c.i, StringComparer.Ordinal);
        foreach (var column in needed)
        {
            if (!columns.ContainsKey(column))
            {
                throw new InvalidDataException($"'{path}' has no column '{column}'.");
            }
        }

        var rows = new List<T>(lines.Length - 1);
        for (var i = 1; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
            {
                continue;
            }

            var cells = lines[i].Split(',');
            try
            {
                rows.Add(parse(column => columns.TryGetValue(column, out var at) ? cells[at] : null));
            }
            catch (Exception e) when (e is FormatException or IndexOutOfRangeException)
            {
                throw new InvalidDataException($"'{path}', line {i + 1}: {e.Message}", e);
            }
        }

        return rows;
    }
}
