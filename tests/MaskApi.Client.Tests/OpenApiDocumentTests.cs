using System.Text.Json;
using MaskApi.Testing;

namespace MaskApi.Client.Tests;

/// <summary>The committed OpenAPI document, from which clients are generated.</summary>
public sealed class OpenApiDocumentTests(LiveService service)
{
    /// <summary>Set this variable to update the document instead of comparing it.</summary>
    private const string Update = "MASKAPI_UPDATE_OPENAPI";

    private static string Document { get; } = Repository.PathOf("openapi.json");

    [Fact]
    public async Task The_committed_document_is_the_served_one()
    {
        using var http = new HttpClient { BaseAddress = service.Address };
        var served = await http.GetStringAsync("swagger/v1/swagger.json", TestContext.Current.CancellationToken);
        if (Environment.GetEnvironmentVariable(Update) is not null)
        {
            await File.WriteAllTextAsync(Document, served.ReplaceLineEndings("\n").TrimEnd() + "\n", TestContext.Current.CancellationToken);
        }

        var committed = await File.ReadAllTextAsync(Document, TestContext.Current.CancellationToken);
        Assert.True(
            JsonElement.DeepEquals(JsonElement.Parse(committed), JsonElement.Parse(served)),
            $"The contract has changed. If intended, run {Update}=1 dotnet test --project tests/MaskApi.Client.Tests "
            + "and commit openapi.json.");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Generated_typescript_clients_compile_and_work()
    {
        Command.SkipWithout("npm");
        Command.SkipWithout("node");
        var folder = Directory.CreateTempSubdirectory("maskapi-typescript-");
        try
        {
            foreach (var file in Directory.EnumerateFiles(Repository.PathOf("tests/MaskApi.Client.Tests/TypeScript")))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            File.Copy(Document, Path.Combine(folder.FullName, "openapi.json"));
            var (code, _, error) = await Command.TryAsync(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            Assert.SkipWhen(code != 0, $"npm cannot fetch the generator: {error}");
            await Command.RunAsync(folder, "npm", "run", "--silent", "generate");
            await Command.RunAsync(folder, "npm", "run", "--silent", "compile");
            var output = await Command.RunAsync(
                folder, "node", "build/main.js", service.Address.GetLeftPart(UriPartial.Authority), Pictures.AstronautFile);
            var answer = JsonElement.Parse(output);
            Assert.Equal("without_mask", answer.GetProperty("label").GetString());
            Assert.InRange(answer.GetProperty("mouth").GetDouble(), 135, 165);
            Assert.Equal(200, answer.GetProperty("annotated").GetInt32());
            Assert.Equal("without_mask", answer.GetProperty("codegenLabel").GetString());
            Assert.Equal("PNG", answer.GetProperty("codegenAnnotated").GetString());
            Assert.Equal("unsupported_media_type", answer.GetProperty("refusal").GetString());
            Assert.Equal([200, 415], answer.GetProperty("batch").EnumerateArray().Select(static status => status.GetInt32()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>NSwag and Kiota, run as dotnet tools.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Generated_csharp_clients_compile_and_work()
    {
        Command.SkipWithout("dotnet");
        var folder = Directory.CreateTempSubdirectory("maskapi-csharp-");
        try
        {
            foreach (var file in Directory.EnumerateFiles(Repository.PathOf("tests/MaskApi.Client.Tests/CSharp")))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            File.Copy(Document, Path.Combine(folder.FullName, "openapi.json"));
            var (code, output, error) = await Command.TryAsync(folder, "dotnet", "tool", "restore");
            Assert.SkipWhen(code != 0, $"dotnet cannot fetch the generators: {output} {error}");
            (code, output, error) = await Command.TryAsync(folder, "dotnet", "restore");
            Assert.SkipWhen(code != 0, $"dotnet cannot fetch the packages of the generated clients: {output} {error}");
            await Command.RunAsync(
                folder, "dotnet", "nswag", "openapi2csclient", "/input:openapi.json", "/output:NSwag.cs", "/namespace:NswagClient",
                "/classname:MaskApi", "/jsonLibrary:SystemTextJson");
            await Command.RunAsync(
                folder, "dotnet", "kiota", "generate", "-d", "openapi.json", "-l", "csharp", "-o", "kiota",
                "-n", "KiotaClient", "-c", "MaskApi");
            await Command.RunAsync(folder, "dotnet", "build", "--no-restore", "-v", "quiet", "-o", "build");
            var printed = await Command.RunAsync(
                folder, "dotnet", "build/Generated.dll", service.Address.GetLeftPart(UriPartial.Authority), Pictures.AstronautFile);
            Assert.Equal(
                ["nswag without_mask 89504E47", "kiota without_mask 89504E47"], printed.ReplaceLineEndings("\n").TrimEnd().Split('\n'));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
