using System.Reflection;

namespace MaskApi.Testing;

/// <summary>Paths in the repository.</summary>
internal static class Repository
{
    private static readonly string _root =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static item => item.Key == "RepositoryRoot").Value!;

    /// <summary>The configuration that was built: Debug or Release.</summary>
    internal static string Configuration { get; } =
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    internal static string PathOf(string relative) => Path.Combine(_root, relative);

    /// <summary>A program where it was built.</summary>
    /// <param name="project">Folder of its project.</param>
    /// <param name="name">Its name.</param>
    internal static string Program(string project, string name) =>
        PathOf($"{project}/bin/{Configuration}/net10.0/{name}{(OperatingSystem.IsWindows() ? ".exe" : "")}");

    /// <summary>A folder of the shared data beside the repository, or null if it is missing.</summary>
    internal static string? Shared(params string[] path)
    {
        var folder = Path.Combine([_root, "..", "shared", .. path]);
        return Directory.Exists(folder) ? folder : null;
    }
}
