using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MaskApi.Tests;

/// <summary>Request bodies for a picture, and assertions on responses.</summary>
internal static class Http
{
    internal static ByteArrayContent Raw(byte[] picture, string type = "image/jpeg") =>
        new(picture) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

    internal static MultipartFormDataContent Form(byte[] picture, string field = "image") =>
        new() { { Raw(picture), field, "secret-name.jpg" } };

    internal static StringContent Json(string json) => new(json, new MediaTypeHeaderValue("application/json"));

    internal static StringContent Base64(byte[] picture, string prefix = "") =>
        Json(new JsonObject { ["image"] = prefix + Convert.ToBase64String(picture) }.ToJsonString());

    internal static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonElement.Parse(text);
    }

    /// <summary>Asserts that a response is a complete problem document with this code, and returns it.</summary>
    internal static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"expected {(int)status} {code}, got {(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonElement.Parse(text);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.Equal($"urn:problem-type:maskapi:{code}", problem.GetProperty("type").GetString());
        Assert.Equal(response.RequestMessage!.RequestUri!.AbsolutePath, problem.GetProperty("instance").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.True(response.Headers.Contains("X-Request-Id"));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        return problem;
    }
}
