namespace MaskApi.BrowserTests;

/// <summary>Files to upload: the page's own examples.</summary>
internal static class Pictures
{
    /// <summary>One face, no mask.</summary>
    internal static string Portrait { get; } = PathOf("portrait.jpg");

    /// <summary>One face, with a mask.</summary>
    internal static string Mask { get; } = PathOf("mask.jpg");

    /// <summary>A brick wall.</summary>
    internal static string Nobody { get; } = PathOf("bricks.jpg");

    /// <summary>One face, no mask, as a baseline JPEG.</summary>
    internal static string Frame { get; } = PathOf("astronaut.jpg");

    /// <summary>A text file with a picture's name.</summary>
    internal static string Text { get; } = WriteText();

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Pictures", name);

    private static string WriteText()
    {
        var path = PathOf("text.jpg");
        File.WriteAllText(path, "This is a text, whatever its name says.");
        return path;
    }
}
