using System.IO.Compression;
using System.Xml.Linq;

[assembly: AssemblyFixture(typeof(MaskApi.Packages.Tests.PackageFeed))]

namespace MaskApi.Packages.Tests;

/// <summary>What <c>dotnet pack</c> makes of the solution, in a folder that serves as a package source.</summary>
public sealed class PackageFeed : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maskapi-feed-");

    /// <summary>Path of the folder.</summary>
    internal string Path => _folder.FullName;

    /// <summary>Packs what the build of these tests has built.</summary>
    public async ValueTask InitializeAsync() => await Command.RunAsync(
        new DirectoryInfo(Repository.PathOf(".")),
        "dotnet", "pack", "MaskApi.sln", "--no-build", "-c", Repository.Configuration, "-o", Path, "-warnaserror");

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens the only package with a name.</summary>
    /// <param name="id">Its name, without the version.</param>
    /// <param name="extension"><c>nupkg</c> or <c>snupkg</c>.</param>
    internal ZipArchive Open(string id, string extension = "nupkg") =>
        ZipFile.OpenRead(Assert.Single(Directory.GetFiles(Path, $"{id}.*.{extension}")));

    /// <summary>Reads what a package says of itself: the children of <c>metadata</c>.</summary>
    internal static XElement Metadata(ZipArchive package)
    {
        using var nuspec = package.Entries.Single(static entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(nuspec).Root!.Elements().Single();
    }
}
