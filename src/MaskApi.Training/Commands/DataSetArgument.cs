using System.Globalization;
using MaskApi.Training.Data;
using MaskApi.Training.Reports;

namespace MaskApi.Training.Commands;

/// <summary>A data set on the command line: <c>FOLDER</c> or <c>FOLDER:PART</c>, optionally followed by <c>=WEIGHT</c>.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Part">The part to use, or null for all.</param>
/// <param name="Weight">Loss weight of its faces, or null if not given.</param>
internal readonly record struct DataSetArgument(string Folder, string? Part, double? Weight)
{
    public static DataSetArgument Parse(string text)
    {
        double? weight = null;
        var equals = text.LastIndexOf('=');
        if (equals > 0
            && !Directory.Exists(text)
            && double.TryParse(text.AsSpan(equals + 1), CultureInfo.InvariantCulture, out var value)
            && value >= 0)
        {
            (text, weight) = (text[..equals], value);
        }

        var colon = text.LastIndexOf(':');
        // A colon in second place belongs to a Windows drive.
        return colon > 1 && !Directory.Exists(text)
            ? new DataSetArgument(text[..colon], text[(colon + 1)..], weight)
            : new DataSetArgument(text, null, weight);
    }

    /// <summary>Lists its pictures. Warns of folders with pictures that are not read, because their names may be misspelt.</summary>
    /// <exception cref="InvalidDataException">It cannot be read, or holds no labelled pictures.</exception>
    public IReadOnlyList<LabelledPicture> Read()
    {
        var pictures = LabelledPictures.Read(Folder, Part);
        foreach (var other in LabelledPictures.OtherFolders(Folder))
        {
            RunConsole.Warn($"{Name}: the pictures in {other}/ are not used. Classes are {LabelledPictures.ClassFolders}.");
        }

        return pictures;
    }

    /// <summary>Name of the folder.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)));
}
