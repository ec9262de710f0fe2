using System.IO.Compression;
using System.Text;

namespace MaskApi.Packages.Tests;

/// <summary>Packages made by continuous integration lead back to their source.</summary>
[Trait("Category", "Slow")]
public sealed class SourceLinkTests : IDisposable
{
    private const string Remote = "https://github.com/example/maskapi";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maskapi-source-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>In a repository of its own: the remote, and whether there is one, differ from clone to clone of this one.</summary>
    [Fact]
    public async Task Symbols_name_the_commit_and_assemblies_no_path_of_the_machine()
    {
        Command.SkipWithout("git");
        string[] files = ["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", "src/Directory.Build.props"];
        var sources = Directory.GetFiles(Repository.PathOf("src/MaskApi.Client"))
            .Concat(Directory.GetFiles(Repository.PathOf("src/MaskApi.Client/Contracts")))
            .Select(static file => Path.GetRelativePath(Repository.PathOf("."), file));
        foreach (var file in files.Concat(sources))
        {
            var copy = Path.Combine(_folder.FullName, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Repository.PathOf(file), copy);
        }

        await GitAsync("init", "--quiet");
        await GitAsync("remote", "add", "origin", Remote);
        await GitAsync("add", "--all");
        await GitAsync("-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "Test");
        var commit = (await GitAsync("rev-parse", "HEAD")).Trim();
        await Command.RunAsync(_folder, "dotnet", "pack", "src/MaskApi.Client", "-o", "packages", "-p:CI=true");

        using var package = ZipFile.OpenRead(Assert.Single(_folder.GetFiles("packages/*.nupkg")).FullName);
        using var symbols = ZipFile.OpenRead(Assert.Single(_folder.GetFiles("packages/*.snupkg")).FullName);
        var repository = PackageFeed.Metadata(package).Elements().Single(static element => element.Name.LocalName == "repository");
        Assert.Equal((Remote, commit), (repository.Attribute("url")!.Value, repository.Attribute("commit")!.Value));
        Assert.Contains(
            $"https://raw.githubusercontent.com/example/maskapi/{commit}/*",
            Text(symbols, "lib/net10.0/MaskApi.Client.pdb"),
            StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Name, Text(package, "lib/net10.0/MaskApi.Client.dll"), StringComparison.Ordinal);
    }

    private Task<string> GitAsync(params string[] arguments) => Command.RunAsync(_folder, "git", arguments);

    private static string Text(ZipArchive package, string entry)
    {
        using var stream = package.GetEntry(entry)!.Open();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
