using System.Net;
using MaskApi.Security;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MaskApi.Tests.Security;

public sealed class KeyFixture : IAsyncLifetime
{
    internal const string First = "first-key-0123456789";
    internal const string Second = "second-key-0123456789";

    internal Service Service { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Service = await Service.StartAsync(("MaskApi:Keys:Values:0", First), ("MaskApi:Keys:Values:1", Second));

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}

public sealed class KeyTests(KeyFixture fixture) : IClassFixture<KeyFixture>
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(KeyFixture.First)]
    [InlineData(KeyFixture.Second)]
    public async Task Every_configured_key_is_accepted(string key)
    {
        using var response = await SendAsync(HttpMethod.Post, "/v1/detections", key);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("first-key-012345678")]
    [InlineData("first-key-01234567890")]
    [InlineData("FIRST-KEY-0123456789")]
    [InlineData("first-key-0123456789,second-key-0123456789")]
    public async Task Any_other_key_is_refused(string? key)
    {
        using var response = await SendAsync(HttpMethod.Post, "/v1/detections", key);
        await response.ProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Equal(["ApiKey", "Bearer"], response.Headers.WwwAuthenticate.Select(static challenge => challenge.Scheme));
    }

    [Theory]
    [InlineData("Bearer " + KeyFixture.First, HttpStatusCode.OK)]
    [InlineData("bearer " + KeyFixture.Second, HttpStatusCode.OK)]
    [InlineData("Bearer first-key-012345678", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer ", HttpStatusCode.Unauthorized)]
    [InlineData("Basic " + KeyFixture.First, HttpStatusCode.Unauthorized)]
    [InlineData(KeyFixture.First, HttpStatusCode.Unauthorized)]
    public async Task A_key_may_come_as_a_bearer_token(string authorization, HttpStatusCode status)
    {
        using var client = fixture.Service.CreateClient();
        using var picture = Http.Raw(Pictures.Plain(32, 32), "image/png");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detections") { Content = picture };
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await client.SendAsync(request, _token);
        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/v1/detections")]
    [InlineData("POST", "/v1/detections?maxFaces=0")]
    [InlineData("POST", "/v1/detections/batch")]
    [InlineData("POST", "/v1/annotations")]
    [InlineData("GET", "/v1/annotations?imageUrl=https://example.com/")]
    [InlineData("GET", "/v1/info")]
    [InlineData("GET", "/metrics")]
    public async Task Protected_endpoints_require_a_key(string method, string path)
    {
        using var response = await SendAsync(new HttpMethod(method), path, null);
        await response.ProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Theory]
    [InlineData("/health/live", HttpStatusCode.OK)]
    [InlineData("/health/ready", HttpStatusCode.OK)]
    [InlineData("/swagger/index.html", HttpStatusCode.OK)]
    [InlineData("/swagger/v1/swagger.json", HttpStatusCode.OK)]
    [InlineData("/v1/annotations/0123456789abcdef0123456789abcdef", HttpStatusCode.NotFound)]
    public async Task Public_endpoints_require_no_key(string path, HttpStatusCode status)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null);
        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("OpenHealth", "false", "/health/live", HttpStatusCode.Unauthorized)]
    [InlineData("OpenMetrics", "true", "/metrics", HttpStatusCode.OK)]
    public async Task Health_and_metrics_can_be_opened_and_closed(string setting, string value, string path, HttpStatusCode status)
    {
        await using var service = await Service.StartAsync(("MaskApi:Keys:Values:0", KeyFixture.First), ($"MaskApi:Keys:{setting}", value));
        using var client = service.CreateClient();
        using var response = await client.GetAsync(path, _token);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public void A_key_file_is_reloaded_when_it_changes()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $"# from March\n{KeyFixture.First}\n\n");
            var time = new FakeTimeProvider();
            var keys = new ApiKeys(new KeyOptions { File = file }, time, NullLogger<ApiKeys>.Instance);
            Assert.NotNull(keys.Identify(KeyFixture.First));
            Assert.Null(keys.Identify("# from March"));

            File.WriteAllText(file, KeyFixture.Second);
            Assert.NotNull(keys.Identify(KeyFixture.First));
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.Null(keys.Identify(KeyFixture.First));
            Assert.NotNull(keys.Identify(KeyFixture.Second));

            File.Delete(file);
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.NotNull(keys.Identify(KeyFixture.Second));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Content that would abort the start does not take effect later either.</summary>
    [Theory]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("# nothing but a comment")]
    [InlineData("another-key-0123456789\nx")]
    public void The_old_keys_stay_valid_while_the_file_is_invalid(string content)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, KeyFixture.First);
            var time = new FakeTimeProvider();
            var keys = new ApiKeys(new KeyOptions { File = file }, time, NullLogger<ApiKeys>.Instance);

            File.WriteAllText(file, content);
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.NotNull(keys.Identify(KeyFixture.First));
            Assert.Null(keys.Identify("x"));
            Assert.Null(keys.Identify("another-key-0123456789"));

            File.WriteAllText(file, KeyFixture.Second);
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.Null(keys.Identify(KeyFixture.First));
            Assert.NotNull(keys.Identify(KeyFixture.Second));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Keys_from_settings_and_from_the_file_are_both_valid()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, KeyFixture.Second);
            var options = new KeyOptions { Values = [KeyFixture.First], File = file };
            var keys = new ApiKeys(options, TimeProvider.System, NullLogger<ApiKeys>.Instance);
            Assert.NotNull(keys.Identify(KeyFixture.First));
            Assert.NotNull(keys.Identify(KeyFixture.Second));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Kubernetes updates a secret this way: the file links into a folder that is a link, and only the latter changes.</summary>
    [Fact]
    public void A_mounted_secret_is_reloaded_when_its_link_target_changes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        var folder = Directory.CreateTempSubdirectory("maskapi-secret");
        try
        {
            string PathOf(string name) => Path.Combine(folder.FullName, name);
            foreach (var (version, key) in new[] { ("1", KeyFixture.First), ("2", KeyFixture.Second) })
            {
                Directory.CreateDirectory(PathOf(version));
                File.WriteAllText(Path.Combine(PathOf(version), "keys"), key);
            }

            Directory.CreateSymbolicLink(PathOf("data"), "1");
            File.CreateSymbolicLink(PathOf("keys"), Path.Combine("data", "keys"));
            var time = new FakeTimeProvider();
            var keys = new ApiKeys(new KeyOptions { File = PathOf("keys") }, time, NullLogger<ApiKeys>.Instance);
            Assert.NotNull(keys.Identify(KeyFixture.First));

            Directory.Delete(PathOf("data"));
            Directory.CreateSymbolicLink(PathOf("data"), "2");
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.Null(keys.Identify(KeyFixture.First));
            Assert.NotNull(keys.Identify(KeyFixture.Second));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? key)
    {
        using var client = fixture.Service.CreateClient();
        using var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
        {
            request.Content = Http.Raw(Pictures.Astronaut);
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("X-API-Key", key);
        }

        return await client.SendAsync(request, _token);
    }
}
