namespace MaskApi.Training.Commands;

/// <summary>A data set as given on the command line: <c>FOLDER</c> or <c>FOLDER:PART</c>.</summary>
internal static class DataSetArgument
{
    public static (string Folder, string? Part) Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 1 && !Directory.Exists(text) ? (text[..colon], text[(colon + 1)..]) : (text, null);
    }
}
