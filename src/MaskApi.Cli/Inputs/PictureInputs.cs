using System.IO.Enumeration;
using MaskApi.Cli.Commands;

namespace MaskApi.Cli.Inputs;

/// <summary>
/// The pictures that paths, globs and a list name. They are enumerated lazily, so a million take no more memory than ten. A picture's name
/// is its path as given, with <c>/</c> between folders, or its address.
/// </summary>
/// <param name="Paths">Files, folders, globs, addresses, or <c>-</c> for standard input.</param>
/// <param name="List">A file with one path or address per line; <c>-</c> for standard input; null for none.</param>
internal sealed record PictureInputs(IReadOnlyList<string> Paths, string? List)
{
    /// <summary>The name of the picture on standard input, and of standard input as a list.</summary>
    public const string StandardInput = "-";

    /// <summary>What a folder is searched for; a file given by name may have any extension.</summary>
    private static readonly HashSet<string> _extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp",
    };

    private static readonly EnumerationOptions _recursive = new()
    {
        RecurseSubdirectories = true,
        // A folder that cannot be read ends the run; skipping it would lose pictures silently.
        IgnoreInaccessible = false,
        AttributesToSkip = 0,
    };

    /// <summary>Whether a picture may be named twice.</summary>
    public bool MayRepeat => List is not null || Paths.Count > 1;

    /// <summary>Whether the inputs can be enumerated twice, which counting needs.</summary>
    public bool CanCount => List != StandardInput;

    /// <summary>Checks that everything named exists.</summary>
    /// <exception cref="UsageException">Something does not exist.</exception>
    public void Validate()
    {
        if (Paths.Count == 0 && List is null)
        {
            throw new UsageException("Name a file, a folder, a glob, an address or '-', or give --list.");
        }

        foreach (var path in Paths.Where(path => !IsAddress(path) && path != StandardInput && !Path.Exists(path)))
        {
            var (folder, _) = SplitGlob(path) ?? throw new UsageException($"'{path}' does not exist.");
            if (!Directory.Exists(folder))
            {
                throw new UsageException($"Folder '{folder}' does not exist.");
            }
        }

        if (List is not null && List != StandardInput && !File.Exists(List))
        {
            throw new UsageException($"List '{List}' does not exist.");
        }
    }

    /// <summary>Whether a name is a web address.</summary>
    public static bool IsAddress(string name) =>
        name.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || name.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The names, in no particular order, enumerated lazily.</summary>
    public IEnumerable<string> Names() => Paths.SelectMany(NamesAt).Concat(ListedNames());

    private IEnumerable<string> ListedNames()
    {
        if (List is null)
        {
            yield break;
        }

        using var reader = List == StandardInput ? new StreamReader(Console.OpenStandardInput()) : new StreamReader(List);
        while (reader.ReadLine() is { } line)
        {
            var name = line.Trim();
            if (name.Length > 0)
            {
                yield return name;
            }
        }
    }

    private static IEnumerable<string> NamesAt(string path)
    {
        if (IsAddress(path) || path == StandardInput || File.Exists(path))
        {
            return [path];
        }

        if (Directory.Exists(path))
        {
            return Files(path).Where(static file => _extensions.Contains(Path.GetExtension(file))).Select(WithSlashes);
        }

        var (folder, pattern) = SplitGlob(path)!.Value;
        var expression = Glob.ToRegex(pattern);
        return Files(folder)
            .Where(file => expression.IsMatch(WithSlashes(Path.GetRelativePath(folder, file))))
            .Select(file => WithSlashes(path.StartsWith('.') || Path.IsPathRooted(path) ? file : Path.GetRelativePath(".", file)));
    }

    /// <summary>Files below a folder. As in a shell, names that begin with a dot are skipped; links to folders are not followed.</summary>
    private static FileSystemEnumerable<string> Files(string folder) =>
        new(folder, static (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), _recursive)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory && !entry.FileName.StartsWith('.'),
            ShouldRecursePredicate = static (ref FileSystemEntry entry) =>
                !entry.FileName.StartsWith('.') && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };

    /// <summary>The folder before the first segment with a wildcard, and the rest; null if there is none.</summary>
    private static (string Folder, string Pattern)? SplitGlob(string path)
    {
        var segments = WithSlashes(path).Split('/');
        var first = Array.FindIndex(segments, Glob.HasWildcard);
        if (first < 0)
        {
            return null;
        }

        var folder = string.Join('/', segments[..first]);
        return (folder.Length > 0 ? folder : first > 0 ? "/" : ".", string.Join('/', segments[first..]));
    }

    private static string WithSlashes(string path) => Path.DirectorySeparatorChar == '/' ? path : path.Replace('\\', '/');
}
