namespace MaskApi.Training.Tests;

/// <summary>Finds files outside the test project.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>A folder of the shared data, or null if it is missing.</summary>
    public static string? Shared(params string[] path)
    {
        var folder = Path.Combine([Root, "..", "shared", .. path]);
        return Directory.Exists(folder) ? folder : null;
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MaskApi.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No parent folder contains MaskApi.sln.");
        }

        return folder;
    }
}
