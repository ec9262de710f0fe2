using System.Text.Json;
using MaskApi.Problems;
using Microsoft.OpenApi;

namespace MaskApi.Tests.OpenApi;

public sealed class OpenApiTests(SharedService service)
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly HttpClient _client = service.CreateClient();

    [Fact]
    public async Task The_document_is_valid()
    {
        var text = await _client.GetStringAsync("/swagger/v1/swagger.json", _token);
        var result = OpenApiDocument.Parse(text, "json");
        Assert.NotNull(result.Diagnostic);
        Assert.Empty(result.Diagnostic.Errors.Select(static error => $"{error.Pointer}: {error.Message}"));
        Assert.Empty(result.Diagnostic.Warnings.Select(static warning => $"{warning.Pointer}: {warning.Message}"));
    }

    [Fact]
    public async Task Everything_is_described()
    {
        var document = await DocumentAsync();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                var name = $"{operation.Name} {path.Name}";
                Assert.True(operation.Value.TryGetProperty("summary", out _), $"{name} has no summary");
                Assert.True(operation.Value.TryGetProperty("operationId", out _), $"{name} has no operationId");
                operation.Value.TryGetProperty("parameters", out var parameters);
                foreach (var parameter in parameters.ValueKind == JsonValueKind.Array ? parameters.EnumerateArray() : default)
                {
                    Assert.True(
                        parameter.TryGetProperty("description", out _), $"{name}: {parameter.GetProperty("name")} is not described");
                }

                foreach (var response in operation.Value.GetProperty("responses").EnumerateObject())
                {
                    Assert.True(response.Value.TryGetProperty("description", out _), $"{name}: {response.Name} is not described");
                    Assert.True(response.Value.TryGetProperty("content", out var content), $"{name}: {response.Name} has no content");
                    Assert.True(
                        response.Name != "200"
                            || !content.TryGetProperty("application/json", out var json)
                            || json.TryGetProperty("example", out _),
                        $"{name}: {response.Name} has no example");
                }
            }
        }

        foreach (var schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            Assert.True(schema.Value.TryGetProperty("description", out _), $"{schema.Name} is not described");
            foreach (var property in schema.Value.GetProperty("properties").EnumerateObject())
            {
                Assert.True(
                    property.Value.TryGetProperty("description", out _) || property.Value.TryGetProperty("$ref", out _),
                    $"{schema.Name}.{property.Name} is not described");
            }
        }
    }

    [Fact]
    public async Task Answers_may_gain_members()
    {
        var document = await DocumentAsync();
        Assert.All(
            document.GetProperty("components").GetProperty("schemas").EnumerateObject(),
            static schema => Assert.False(
                schema.Value.TryGetProperty("additionalProperties", out var more) && more.ValueKind == JsonValueKind.False, schema.Name));
    }

    [Fact]
    public async Task Detection_comes_first()
    {
        var document = await DocumentAsync();
        Assert.Equal(
            [
                "/v1/detections", "/v1/detections/batch", "/v1/annotations", "/v1/annotations/{id}",
                "/health/live", "/health/ready", "/v1/info",
            ],
            document.GetProperty("paths").EnumerateObject().Select(static path => path.Name));
    }

    [Fact]
    public async Task Every_problem_code_has_an_example_under_its_status()
    {
        var document = await DocumentAsync();
        var described =
            (from path in document.GetProperty("paths").EnumerateObject()
             from operation in path.Value.EnumerateObject()
             from response in operation.Value.GetProperty("responses").EnumerateObject()
             from content in response.Value.GetProperty("content").EnumerateObject()
             where content.Name == "application/problem+json"
             from example in content.Value.GetProperty("examples").EnumerateObject()
             select (Status: response.Name, Code: example.Name, Inside: example.Value.GetProperty("value").GetProperty("code").GetString()))
            .Distinct().ToList();
        Assert.All(described, static example => Assert.Equal(example.Code, example.Inside));

        // These two are for paths and methods that are not in the document.
        var expected = ProblemKinds.All.Where(static kind => kind.Code is not "not_found" and not "method_not_allowed");
        Assert.Equal(
            expected.Select(static kind => $"{kind.Status} {kind.Code}").Order(),
            described.Select(static example => $"{example.Status} {example.Code}").Order());
    }

    /// <summary>Every endpoint of the API can return these problems.</summary>
    [Fact]
    public async Task Every_operation_documents_keys_limits_and_draining()
    {
        var document = await DocumentAsync();
        var paths = document.GetProperty("paths").EnumerateObject()
            .Where(static path => path.Name.StartsWith("/v1/", StringComparison.Ordinal));
        foreach (var path in paths)
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                var responses = operation.Value.GetProperty("responses");
                Assert.Equal(operation.Value.TryGetProperty("security", out _), responses.TryGetProperty("401", out _));
                Assert.Contains(
                    "`rate_limited`", responses.GetProperty("429").GetProperty("description").GetString(), StringComparison.Ordinal);
                Assert.Contains(
                    "`draining`", responses.GetProperty("503").GetProperty("description").GetString(), StringComparison.Ordinal);
                Assert.Equal(operation.Value.TryGetProperty("requestBody", out _), responses.TryGetProperty("408", out _));
            }
        }
    }

    [Fact]
    public async Task The_key_is_described_as_optional()
    {
        var document = await DocumentAsync();
        var scheme = document.GetProperty("components").GetProperty("securitySchemes").GetProperty("ApiKey");
        Assert.Equal("X-API-Key", scheme.GetProperty("name").GetString());
        var security = document.GetProperty("paths").GetProperty("/v1/detections").GetProperty("post").GetProperty("security");
        Assert.Equal(
            "ApiKey Bearer ",
            string.Join(
                ' ',
                security.EnumerateArray().Select(static one => one.EnumerateObject().Select(static key => key.Name).FirstOrDefault(""))));
        Assert.Contains(security.EnumerateArray(), static requirement => !requirement.EnumerateObject().Any());
        var link = document.GetProperty("paths").GetProperty("/v1/annotations/{id}").GetProperty("get");
        Assert.False(link.TryGetProperty("security", out _));
    }

    private async Task<JsonElement> DocumentAsync() => JsonElement.Parse(await _client.GetStringAsync("/swagger/v1/swagger.json", _token));
}
