using System.Reflection;

namespace MaskApi.Testing;

/// <summary>Paths in the repository.</summary>
internal static class Repository
{
    private static readonly string _root =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static item => item.Key == "RepositoryRoot").Value!;

    internal static string PathOf(string relative) => Path.Combine(_root, relative);

    /// <summary>A folder of the shared data beside the repository, or null if it is missing.</summary>
    internal static string? Shared(params string[] path)
    {
        var folder = Path.Combine([_root, "..", "shared", .. path]);
        return Directory.Exists(folder) ? folder : null;
    }
}
