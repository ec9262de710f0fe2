using System.Diagnostics;
using System.Net;
using MaskApi.Info;

namespace MaskApi.Tests.Lifecycle;

public sealed class ServiceTests(SharedService service)
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly HttpClient _client = service.CreateClient();

    [Theory]
    [InlineData("/health/live", "live")]
    [InlineData("/health/ready", "ready")]
    public async Task Health_is_reported(string path, string status)
    {
        using var response = await _client.GetAsync(path, _token);
        Assert.Equal(status, (await response.JsonAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Info_lists_the_models_and_the_limits()
    {
        using var response = await _client.GetAsync("/v1/info", _token);
        var info = await response.JsonAsync();

        Assert.Matches(@"^\d+\.\d+\.\d+", info.GetProperty("version").GetString());

        // The build stamps the file with the version and, where known, the revision.
        var built = FileVersionInfo.GetVersionInfo(typeof(Program).Assembly.Location).ProductVersion;
        var reported = info.GetProperty("version").GetString();
        if (info.TryGetProperty("sourceRevision", out var revision))
        {
            reported += $"+{revision}";
        }

        Assert.Equal(built, reported);
        Assert.Equal("cpu", info.GetProperty("executionProvider").GetString());
        var models = info.GetProperty("models").EnumerateArray().ToList();
        Assert.Contains(models, static model => model.GetProperty("name").GetString() == "mask_classifier");
        Assert.All(models, static model =>
        {
            Assert.Matches("^[0-9a-f]{64}$", model.GetProperty("sha256").GetString());
            Assert.NotEmpty(model.GetProperty("metadata").EnumerateObject());
        });
        Assert.Equal(
            [
                "maxImageBytes=20971520",
                "maxPixels=52000000",
                "minSide=16",
                "maxBatchImages=32",
                "maxBatchBytes=104857600",
                "urlsAllowed=False",
            ],
            info.GetProperty("limits").EnumerateObject().Select(static limit => $"{limit.Name}={limit.Value}"));
    }

    [Fact]
    public async Task A_valid_request_id_is_kept()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { { "X-Request-Id", "order-66/a_1" } } };
        using var response = await _client.SendAsync(request, _token);
        Assert.Equal(["order-66/a_1"], response.Headers.GetValues("X-Request-Id"));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("<script>")]
    [InlineData("")]
    public async Task An_invalid_request_id_is_replaced(string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.TryAddWithoutValidation("X-Request-Id", id);
        using var response = await _client.SendAsync(request, _token);
        Assert.Matches("^[0-9a-f]{32}$", Assert.Single(response.Headers.GetValues("X-Request-Id")));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/swagger/v1/swagger.json")]
    [InlineData("/health/live")]
    [InlineData("/metrics")]
    [InlineData("/v1/info")]
    [InlineData("/v1/nothing")]
    public async Task Every_response_has_a_request_id_and_forbids_sniffing(string path)
    {
        using var response = await _client.GetAsync(path, _token);
        Assert.Matches("^[0-9a-f]{32}$", Assert.Single(response.Headers.GetValues("X-Request-Id")));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
    }

    [Theory]
    [InlineData("/", false)]
    [InlineData("/js/app.js", false)]
    [InlineData("/v1/nothing", false)]
    [InlineData("/swagger/index.html", true)]
    public async Task Pages_have_a_content_security_policy(string path, bool inlineStyles)
    {
        using var response = await _client.GetAsync(path, _token);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy")).Split("; ");
        foreach (var rule in new[] { "default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'" })
        {
            Assert.Contains(rule, policy);
        }

        Assert.Contains(inlineStyles ? "style-src 'self' 'unsafe-inline'" : "style-src 'self'", policy);
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
        Assert.Equal(["camera=(self), microphone=(), geolocation=()"], response.Headers.GetValues("Permissions-Policy"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/js/app.js")]
    public async Task The_page_is_revalidated_each_time(string path)
    {
        using var page = await _client.GetAsync(path, _token);
        Assert.Equal("no-cache", page.Headers.CacheControl?.ToString());
        using var again = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { page.Headers.ETag! } } };
        using var unchanged = await _client.SendAsync(again, _token);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task A_request_id_that_is_too_long_is_replaced()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live")
        {
            Headers = { { "X-Request-Id", new string('a', 129) } },
        };
        using var response = await _client.SendAsync(request, _token);
        Assert.Matches("^[0-9a-f]{32}$", Assert.Single(response.Headers.GetValues("X-Request-Id")));
    }

    [Fact]
    public async Task Wider_limits_apply_to_the_decoder_too()
    {
        await using var own = await Service.StartAsync(("MaskApi:Limits:MinSide", "8"));
        using var client = own.CreateClient();
        using var response = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Plain(8, 8)), _token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_health_verb_probes_a_running_service()
    {
        await using var running = new Service();
        await running.ListenAsync();
        var address = running.ClientOptions.BaseAddress.ToString();

        using var output = new StringWriter();
        Assert.Equal(0, await HealthProbe.RunAsync(address, output));
        Assert.Contains("/health/ready: 200", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_health_verb_fails_where_nothing_answers()
    {
        using var output = new StringWriter();
        Assert.Equal(1, await HealthProbe.RunAsync("http://127.0.0.1:1", output));
        Assert.NotEmpty(output.ToString());
    }

    [Theory]
    [InlineData("localhost:8080")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("not an address")]
    public async Task The_health_verb_rejects_an_invalid_address(string address)
    {
        using var output = new StringWriter();
        Assert.Equal(1, await HealthProbe.RunAsync(address, output));
        Assert.StartsWith(address, output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Swagger_shows_a_page_and_a_file_picker_for_every_upload()
    {
        using var page = await _client.GetAsync("/swagger", _token);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);

        using var document = await _client.GetAsync("/swagger/v1/swagger.json", _token);
        var paths = (await document.JsonAsync()).GetProperty("paths");
        foreach (var path in new[] { "/v1/detections", "/v1/annotations" })
        {
            // Swagger UI preselects the first media type and shows a file picker for binary form properties.
            var body = paths.GetProperty(path).GetProperty("post").GetProperty("requestBody");
            var first = body.GetProperty("content").EnumerateObject().First();
            Assert.Equal("multipart/form-data", first.Name);
            var image = first.Value.GetProperty("schema").GetProperty("properties").GetProperty("image");
            Assert.Equal("binary", image.GetProperty("format").GetString());
        }
    }
}
