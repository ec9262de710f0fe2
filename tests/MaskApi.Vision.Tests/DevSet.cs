namespace MaskApi.Vision.Tests;

/// <summary>Photographs that are not part of the repository; tests that need them skip if they are missing.</summary>
internal static class DevSet
{
    /// <summary>The first pictures of a data set, by name.</summary>
    internal static List<string> Pictures(string dataSet, int count)
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "MaskApi.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        var images = Path.Combine(folder ?? ".", "..", "shared", "data", "detect", dataSet, "images");
        Assert.SkipUnless(Directory.Exists(images), $"The photographs of {dataSet} are missing (../shared).");
        return [.. Directory.EnumerateFiles(images).Order(StringComparer.Ordinal).Take(count)];
    }
}
