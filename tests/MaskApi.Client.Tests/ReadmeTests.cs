using System.Text.Json;
using System.Text.RegularExpressions;
using MaskApi.Testing;

namespace MaskApi.Client.Tests;

/// <summary>The README's examples work as printed, apart from the address.</summary>
[Trait("Category", "Slow")]
public sealed partial class ReadmeTests(LiveService service) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maskapi-readme-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Curl()
    {
        Command.SkipWithout("curl");
        Command.SkipWithout("bash");
        var output = await RunAsync("bash", "example.sh", "", "bash", "-euo", "pipefail", "example.sh");
        Assert.Equal("without_mask", JsonElement.Parse(output).GetProperty("faces")[0].GetProperty("label").GetString());
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(Path.Combine(_folder.FullName, "faces.png"))[..4]);
    }

    [Fact]
    public async Task Batch_key_and_error()
    {
        Command.SkipWithout("curl");
        Command.SkipWithout("bash");

        // One answer per line.
        var answers = (await RunAsync("sh", "more.sh", "curl() { command curl -w '\\n' \"$@\"; }\n", "bash", "-euo", "pipefail", "more.sh"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line)).ToList();
        Assert.Equal(3, answers.Count);
        Assert.Equal(
            [200, 200],
            answers[0].GetProperty("results").EnumerateArray().Select(static result => result.GetProperty("status").GetInt32()));
        Assert.Equal(1, answers[1].GetProperty("summary").GetProperty("faces").GetInt32());
        Assert.Equal("unsupported_media_type", answers[2].GetProperty("code").GetString());
    }

    [Fact]
    public async Task CSharp()
    {
        var project = Repository.PathOf("src/MaskApi.Client/MaskApi.Client.csproj");
        var output = await RunAsync("csharp", "example.cs", $"#:project {project}\n", "dotnet", "run", "example.cs");
        Assert.Matches("^without_mask [0-9.]+ ?% at [0-9.]+, [0-9.]+", output.Trim().Split('\n')[^1]);
    }

    [Fact]
    public async Task Python()
    {
        Command.SkipWithout("python3");
        Assert.StartsWith("without_mask ", await RunAsync("python", "example.py", "", "python3", "example.py"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task JavaScript()
    {
        Command.SkipWithout("node");
        Assert.StartsWith(
            "without_mask ", await RunAsync("javascript", "example.mjs", "", "node", "example.mjs"), StringComparison.Ordinal);
    }

    /// <summary>Runs the only example in a language, next to a photo.jpg.</summary>
    private async Task<string> RunAsync(string language, string file, string preamble, string program, params string[] arguments)
    {
        var readme = await File.ReadAllTextAsync(Repository.PathOf("README.md"), TestContext.Current.CancellationToken);
        var section = Section().Match(readme).Value;
        var example = Assert.Single(Markdown.Examples(section, language));
        Assert.Contains("http://localhost:8080", example, StringComparison.Ordinal);
        var code = preamble + example.Replace(
            "http://localhost:8080", service.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, file), code, TestContext.Current.CancellationToken);
        File.Copy(Pictures.AstronautFile, Path.Combine(_folder.FullName, "photo.jpg"));
        return await Command.RunAsync(_folder, program, arguments);
    }

    [GeneratedRegex("^## Use it$.*?(?=^## )", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();
}
