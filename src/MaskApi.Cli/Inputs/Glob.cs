using System.Text;
using System.Text.RegularExpressions;

namespace MaskApi.Cli.Inputs;

/// <summary>
/// Shell patterns: <c>*</c> and <c>?</c> match within one folder, <c>**</c> across any number of them. The framework's own matcher collects
/// all files before it returns the first, and has no <c>?</c>.
/// </summary>
internal static class Glob
{
    /// <summary>Whether a path has a wildcard.</summary>
    public static bool HasWildcard(string path) => path.AsSpan().ContainsAny('*', '?');

    /// <summary>The regular expression of a pattern, for paths with <c>/</c> between folders.</summary>
    public static Regex ToRegex(string pattern)
    {
        var expression = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern.AsSpan(i).StartsWith("**/"))
            {
                expression.Append("(?:[^/]+/)*");
                i += 2;
            }
            else if (pattern.AsSpan(i).StartsWith("**"))
            {
                expression.Append(".*");
                i++;
            }
            else
            {
                expression.Append(pattern[i] switch
                {
                    '*' => "[^/]*",
                    '?' => "[^/]",
                    var letter => Regex.Escape(letter.ToString()),
                });
            }
        }

        return new Regex(
            expression.Append('$').ToString(),
            RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
    }
}
