namespace MaskApi.Vision.Tests;

/// <summary>Photographs that are not part of the project; tests that need them skip where they are not there.</summary>
internal static class DevSet
{
    /// <summary>The first so many pictures of a set, by name.</summary>
    internal static List<string> Pictures(string dataSet, int count)
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "MaskApi.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        var images = Path.Combine(folder ?? ".", "..", "shared", "data", "detect", dataSet, "images");
        Assert.SkipUnless(Directory.Exists(images), $"The photographs of {dataSet} are not there (../shared).");
        return [.. Directory.EnumerateFiles(images).Order(StringComparer.Ordinal).Take(count)];
    }
}
