namespace MaskApi.Training.Tests;

/// <summary>Finds what lies beside the tests.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>A folder of the data that is not part of the project, or null where that is absent.</summary>
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
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("MaskApi.sln is not above the tests.");
        }

        return folder;
    }
}
