using System.Reflection;
using System.Text.Json;

namespace MaskApi.Packages.Tests;

/// <summary>
/// Each package is installed and used as its README says, in a new project in a new folder. All that restoring writes stays there; packages
/// of others come from where this repository has restored them, so no network is needed.
/// </summary>
[Trait("Category", "Slow")]
public sealed class InstallationTests : IDisposable
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maskapi-install-");
    private readonly PackageFeed _feed;

    public InstallationTests(PackageFeed feed)
    {
        _feed = feed;
        var restored = typeof(InstallationTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static item => item.Key == "PackageRoot").Value;
        File.WriteAllText(
            Path.Combine(_folder.FullName, "Directory.Build.props"),
            $"""
            <Project>
              <PropertyGroup>
                <RestoreSources>{feed.Path}</RestoreSources>
                <RestorePackagesPath>{Path.Combine(_folder.FullName, "packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{restored}</RestoreFallbackFolders>
                <!-- Without the native libraries of other systems, which are 700 MB. -->
                <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
              </PropertyGroup>
            </Project>
            """);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Pictures", "astronaut.jpg"), Path.Combine(_folder.FullName, "photo.jpg"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_client_asks_a_service()
    {
        await using var service = new LiveService();
        await service.InitializeAsync();
        await NewAsync("console", "MaskApi.Client");
        var example = Examples("MaskApi.Client")[0];
        Assert.Contains("http://localhost:8080", example, StringComparison.Ordinal);
        await WriteAsync(example.Replace("http://localhost:8080", service.Address.AbsoluteUri, StringComparison.Ordinal));
        Assert.Matches("^without_mask [0-9.]+ ?% at [0-9.]+, [0-9.]+", await DotnetAsync("run", "--project", "console"));
    }

    [Fact]
    public async Task The_pipeline_needs_nothing_else()
    {
        await NewAsync("console", "MaskApi.Vision");
        var examples = Examples("MaskApi.Vision");
        await WriteAsync(examples[0]);
        Assert.Matches("^WithoutMask [0-9.]+ ?% at [0-9]+, [0-9]+", await DotnetAsync("run", "--project", "console"));

        await WriteAsync(examples[1]);
        await DotnetAsync("run", "--project", "console");
        var png = await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, "faces.png"), _token);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
    }

    /// <summary>The models follow the package through a library, and into what is published.</summary>
    [Fact]
    public async Task The_pipeline_can_be_used_by_a_library_of_a_published_program()
    {
        await NewAsync("classlib", "MaskApi.Vision");
        await NewAsync("console");
        await DotnetAsync("add", "console", "reference", "classlib");
        await WriteAsync(Examples("MaskApi.Vision")[0]);
        await DotnetAsync("publish", "console", "-o", "published");
        Assert.StartsWith("WithoutMask ", await DotnetAsync("published/console.dll"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tool_is_installed_and_runs()
    {
        await DotnetAsync("tool", "install", "MaskApi.Cli", "--tool-path", "tools", "--source", _feed.Path);
        var tool = Path.Combine(_folder.FullName, "tools", "maskapi");
        var face = JsonElement.Parse(await Command.RunAsync(_folder, tool, "detect", "photo.jpg"));
        Assert.Equal("without_mask", face.GetProperty("verdict").GetString());
        Assert.Equal("photo.jpg", face.GetProperty("picture").GetString());
        Assert.Contains("maskapi detect [<PATH>...]", await Command.RunAsync(_folder, tool, "detect", "--help"), StringComparison.Ordinal);
    }

    /// <summary>Makes a project in a folder of the template's name.</summary>
    private async Task NewAsync(string template, string? package = null)
    {
        await DotnetAsync("new", template, "-o", template, "--no-restore");
        if (package is not null)
        {
            await DotnetAsync("add", template, "package", package);
        }
    }

    private Task<string> DotnetAsync(params string[] arguments) => Command.RunAsync(_folder, "dotnet", arguments);

    private Task WriteAsync(string program) =>
        File.WriteAllTextAsync(Path.Combine(_folder.FullName, "console", "Program.cs"), program, _token);

    private static IReadOnlyList<string> Examples(string package) =>
        Markdown.Examples(File.ReadAllText(Repository.PathOf($"src/{package}/README.md")), "csharp");
}
