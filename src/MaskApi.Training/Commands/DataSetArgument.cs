using System.Globalization;

namespace MaskApi.Training.Commands;

/// <summary>A data set as given on the command line: <c>FOLDER</c>, <c>FOLDER:PART</c>, either with <c>=WEIGHT</c>.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Part">Its part, or null for all.</param>
/// <param name="Weight">Weight of its faces in the loss, or null where none is given.</param>
internal readonly record struct DataSetArgument(string Folder, string? Part, double? Weight)
{
    public static DataSetArgument Parse(string text)
    {
        double? weight = null;
        var equals = text.LastIndexOf('=');
        if (equals > 0 && !Directory.Exists(text) && double.TryParse(text.AsSpan(equals + 1), CultureInfo.InvariantCulture, out var value) && value >= 0)
        {
            (text, weight) = (text[..equals], value);
        }

        var colon = text.LastIndexOf(':');
        // A second character's colon is a Windows drive.
        return colon > 1 && !Directory.Exists(text)
            ? new DataSetArgument(text[..colon], text[(colon + 1)..], weight)
            : new DataSetArgument(text, null, weight);
    }

    /// <summary>The source's name, which recipes weigh it by.</summary>
    public string Source => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)));
}
