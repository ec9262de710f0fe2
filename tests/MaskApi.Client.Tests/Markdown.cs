using System.Text.RegularExpressions;

namespace MaskApi.Testing;

/// <summary>Code in documents.</summary>
internal static partial class Markdown
{
    /// <summary>The examples in a language, in their order.</summary>
    /// <param name="text">A document, or a section of one.</param>
    /// <param name="language">As the fences name it.</param>
    internal static IReadOnlyList<string> Examples(string text, string language) =>
    [
        .. Fence().Matches(text)
            .Where(match => match.Groups["language"].Value == language)
            .Select(static match => match.Groups["code"].Value),
    ];

    [GeneratedRegex("^```(?<language>[a-z]+)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
