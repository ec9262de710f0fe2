using System.Globalization;

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

    /// <summary>Name of the source. Recipes assign weights by this name.</summary>
    public string Source => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)));
}
