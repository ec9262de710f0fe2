using System.IO.Compression;
using System.Xml.Linq;

namespace MaskApi.Packages.Tests;

/// <summary>What is in the packages.</summary>
[Trait("Category", "Slow")]
public sealed class ContentTests(PackageFeed feed)
{
    public static TheoryData<string> Packages { get; } = ["MaskApi.Cli", "MaskApi.Client", "MaskApi.Onnx", "MaskApi.Vision"];

    [Fact]
    public void The_solution_packs_three_packages_and_the_one_that_the_pipeline_needs() => Assert.Equal(
        Packages.SelectMany(static package => new[] { $"{package.Data}.nupkg", $"{package.Data}.snupkg" }),
        Directory.GetFiles(feed.Path).Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)
            .Select(static name => $"{name.Split(".1.", 2)[0]}{Path.GetExtension(name)}"));

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_says_what_it_is(string id)
    {
        using var package = feed.Open(id);
        var metadata = PackageFeed.Metadata(package);
        Assert.Equal("Apache-2.0", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.Contains("face-mask", Value("tags"), StringComparison.Ordinal);
        Assert.NotEmpty(Value("description"));
        Assert.Equal("git", Element("repository").Attribute("type")!.Value);
        using var readme = new StreamReader(package.GetEntry("README.md")!.Open());
        Assert.Equal(File.ReadAllText(Repository.PathOf($"src/{id}/README.md")), readme.ReadToEnd());

        XElement Element(string name) => Assert.Single(metadata.Elements(), element => element.Name.LocalName == name);
        string Value(string name) => Element(name).Value;
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Every_assembly_of_ours_has_symbols(string id)
    {
        using var package = feed.Open(id);
        using var symbols = feed.Open(id, "snupkg");
        var assemblies = package.Entries.Where(static entry => entry.Name.StartsWith("MaskApi.", StringComparison.Ordinal)
            && entry.Name.EndsWith(".dll", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(assemblies);
        Assert.All(assemblies, assembly => Assert.NotNull(symbols.GetEntry(Path.ChangeExtension(assembly.FullName, "pdb"))));
    }

    [Theory]
    [InlineData("MaskApi.Client")]
    [InlineData("MaskApi.Vision")]
    public void A_library_brings_its_documentation(string id)
    {
        using var package = feed.Open(id);
        Assert.Equal([$"{id}.dll", $"{id}.xml"], Names(package, "lib/net10.0/"));
    }

    [Fact]
    public void The_pipeline_brings_the_models_and_the_licences_of_what_is_inside()
    {
        using var package = feed.Open("MaskApi.Vision");
        Assert.Equal(
            Directory.GetFiles(Repository.PathOf("models"), "*.onnx").Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Names(package, "models/"));
        Assert.NotNull(package.GetEntry("THIRD-PARTY-NOTICES.md"));
        Assert.NotNull(package.GetEntry("licenses/DejaVuSans.txt"));
    }

    /// <summary>A system for which one of the two libraries is missing cannot run the tool.</summary>
    [Fact]
    public void The_tool_brings_both_libraries_for_each_system_and_nothing_for_others()
    {
        using var package = feed.Open("MaskApi.Cli");
        var libraries = package.Entries.Select(static entry => entry.FullName.Split('/'))
            .Where(static path => path.Contains("runtimes") && !path[^1].Contains("providers_shared", StringComparison.Ordinal))
            .Select(static path => $"{path[^3]} {Path.GetFileNameWithoutExtension(path[^1])}");
        Assert.Equal(
            [
                "linux-arm64 libSkiaSharp", "linux-arm64 libonnxruntime",
                "linux-x64 libSkiaSharp", "linux-x64 libonnxruntime",
                "osx libSkiaSharp", "osx-arm64 libonnxruntime",
                "win-arm64 libSkiaSharp", "win-arm64 onnxruntime",
                "win-x64 libSkiaSharp", "win-x64 onnxruntime",
            ],
            libraries.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Names(ZipArchive package, string folder) =>
        package.Entries.Where(entry => entry.FullName.StartsWith(folder, StringComparison.Ordinal)).Select(static entry => entry.Name)
            .Order(StringComparer.Ordinal);
}
