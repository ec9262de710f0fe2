using MaskApi.Settings;

namespace MaskApi.Security;

/// <summary>Who may call. Everyone, unless a key is configured.</summary>
internal sealed record KeyOptions : IServiceOptions
{
    /// <summary>Shorter keys can be guessed.</summary>
    private const int MinLength = 16;

    /// <inheritdoc/>
    public static string Section => "MaskApi:Keys";

    /// <summary>Keys that callers send as `X-API-Key`. Several are allowed, so keys can be rotated without a gap.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>A file with more keys, one per line, such as a mounted secret; read again when it changes.</summary>
    public string? File { get; init; }

    /// <summary>Answer `/health` without a key, for probes.</summary>
    public bool OpenHealth { get; init; } = true;

    /// <summary>Answer `/metrics` without a key.</summary>
    public bool OpenMetrics { get; init; }

    /// <summary>Whether a key is required at all.</summary>
    public bool Required => Values.Count > 0 || !string.IsNullOrEmpty(File);

    /// <summary>The keys in <see cref="File"/>, without blank lines and comments (#).</summary>
    public IReadOnlyList<string> ReadFile() => string.IsNullOrEmpty(File)
        ? []
        : [.. System.IO.File.ReadLines(File).Select(static line => line.Trim()).Where(static line => line.Length > 0 && line[0] != '#')];

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        IReadOnlyList<string> inFile = [];
        string? failure = null;
        try
        {
            inFile = ReadFile();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            failure = $"{nameof(File)}: '{File}' cannot be read.";
        }

        if (failure is not null)
        {
            yield return failure;
        }

        foreach (var fault in Validate(failure is null ? inFile : null))
        {
            yield return fault;
        }
    }

    /// <summary>
    /// What is wrong with the keys, at startup and whenever the file is read again. The keys themselves are not repeated.
    /// </summary>
    /// <param name="inFile">The keys from <see cref="ReadFile"/>; null if the file could not be read.</param>
    public IEnumerable<string> Validate(IReadOnlyList<string>? inFile)
    {
        if (!string.IsNullOrEmpty(File) && inFile is { Count: 0 })
        {
            yield return $"{nameof(File)}: no key found in '{File}'.";
        }

        // Names the setting where the key was found.
        foreach (var (name, keys) in new[] { (nameof(Values), Values), (nameof(File), inFile ?? []) })
        {
            if (keys.Any(static key => key.Length < MinLength))
            {
                yield return $"{name}: a key must have at least {MinLength} characters.";
            }
        }
    }
}
