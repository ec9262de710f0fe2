using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace MaskApi.Tests.Annotations;

public sealed partial class AnnotationLinkTests(SharedService shared)
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_shows_the_same_picture_as_annotating()
    {
        using var client = shared.CreateClient();
        var link = await LinkAsync(client, "?minConfidence=1");
        Assert.Matches(LinkPattern(), link);

        using var linked = await client.GetAsync(new Uri(link), _token);
        using var direct = await client.PostAsync("/v1/annotations?minConfidence=1", Http.Raw(Pictures.Astronaut), _token);
        Assert.Equal(HttpStatusCode.OK, linked.StatusCode);
        Assert.Equal("image/png", linked.Content.Headers.ContentType?.MediaType);
        Assert.Equal(await direct.Content.ReadAsByteArrayAsync(_token), await linked.Content.ReadAsByteArrayAsync(_token));
        Assert.Equal(["1"], linked.Headers.GetValues("X-Uncertain"));
        Assert.True(linked.Headers.CacheControl?.Private);
    }

    [Fact]
    public async Task A_link_serves_other_formats_on_request()
    {
        using var client = shared.CreateClient();
        var link = await LinkAsync(client);
        using var response = await client.GetAsync(new Uri(link + "?format=jpeg"), _token);
        Assert.Equal("image/jpeg", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Ids_do_not_repeat()
    {
        using var client = shared.CreateClient();
        Assert.NotEqual(await LinkAsync(client), await LinkAsync(client));
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("x")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    public async Task An_unknown_id_is_not_found(string id)
    {
        using var client = shared.CreateClient();
        using var response = await client.GetAsync($"/v1/annotations/{id}", _token);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("annotation_not_found", await response.Content.ReadAsStringAsync(_token), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_link_expires()
    {
        var time = new FakeTimeProvider();
        await using var service = new Service([], services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time)));
        await service.ReadyAsync();
        using var client = service.CreateClient();
        var link = await LinkAsync(client);

        time.Advance(TimeSpan.FromMinutes(9));
        using var before = await client.GetAsync(new Uri(link), _token);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        time.Advance(TimeSpan.FromMinutes(1));
        using var after = await client.GetAsync(new Uri(link), _token);
        await after.ProblemAsync(HttpStatusCode.NotFound, "annotation_not_found");
    }

    [Theory]
    [InlineData("MaskApi:Annotations:TimeToLive", "0")]
    [InlineData("MaskApi:Annotations:MemoryBytes", "0")]
    public async Task Without_lifetime_or_memory_there_are_no_links(string setting, string value)
    {
        await using var service = await Service.StartAsync((setting, value));
        using var client = service.CreateClient();
        using var response = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        Assert.False((await response.JsonAsync()).TryGetProperty("annotatedImageUrl", out _));
    }

    [Fact]
    public async Task Links_begin_with_the_public_base_url_if_set()
    {
        await using var service = await Service.StartAsync(("MaskApi:Annotations:PublicBaseUrl", "https://masks.example.com/api/"));
        using var client = service.CreateClient();
        Assert.StartsWith("https://masks.example.com/api/v1/annotations/", await LinkAsync(client), StringComparison.Ordinal);
    }

    private static async Task<string> LinkAsync(HttpClient client, string query = "")
    {
        using var response = await client.PostAsync("/v1/detections" + query, Http.Raw(Pictures.Astronaut), _token);
        return (await response.JsonAsync()).GetProperty("annotatedImageUrl").GetString()!;
    }

    [GeneratedRegex("^http://localhost/v1/annotations/[0-9a-f]{32}$")]
    private static partial Regex LinkPattern();
}
