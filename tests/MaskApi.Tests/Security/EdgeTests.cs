using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MaskApi.Tests.Security;

/// <summary>Proxies, CORS and rate limits.</summary>
public sealed class EdgeTests(SharedService shared)
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("10.1.2.3", "10.0.0.0/8", "https://masks.example.com/v1/annotations/")]
    [InlineData("10.1.2.3", "10.1.2.3", "https://masks.example.com/v1/annotations/")]
    [InlineData("10.1.2.3", "10.1.2.4", "http://localhost/v1/annotations/")]
    [InlineData("10.1.2.3", null, "http://localhost/v1/annotations/")]
    [InlineData("127.0.0.1", null, "http://localhost/v1/annotations/")]
    [InlineData("127.0.0.1", "10.0.0.0/8", "http://localhost/v1/annotations/")]
    public async Task Only_trusted_proxies_are_believed(string proxy, string? trusted, string expected)
    {
        (string, string?)[] settings = trusted is null ? [] : [("MaskApi:Proxies:Trusted:0", trusted)];
        await using var service = From(proxy, settings);
        using var client = service.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detections") { Content = Http.Raw(Pictures.Astronaut) };
        request.Headers.Add("X-Forwarded-For", "93.184.216.34");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "masks.example.com");
        using var response = await client.SendAsync(request, _token);
        Assert.StartsWith(
            expected, (await response.JsonAsync()).GetProperty("annotatedImageUrl").GetString(), StringComparison.Ordinal);
    }

    /// <summary>The nearest proxy wrote the last entry. Each trusted entry is followed to the one before it.</summary>
    [Fact]
    public async Task A_chain_of_trusted_proxies_is_followed_to_the_caller_and_its_prefix_is_in_the_link()
    {
        await using var service = From(
            "10.0.0.1",
            ("MaskApi:Proxies:Trusted:0", "10.0.0.0/8"),
            ("MaskApi:RateLimit:RequestsPerMinute", "1"),
            ("MaskApi:RateLimit:Burst", "1"));
        using var client = service.CreateClient();
        foreach (var (caller, status) in new[] { (1, HttpStatusCode.OK), (1, HttpStatusCode.TooManyRequests), (2, HttpStatusCode.OK) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detections") { Content = Http.Raw(Pictures.Plain(32, 32)) };
            request.Headers.Add("X-Forwarded-For", $"93.184.216.{caller}, 10.0.0.3, 10.0.0.2");
            request.Headers.Add("X-Forwarded-Prefix", "/masks");
            using var response = await client.SendAsync(request, _token);
            Assert.Equal(status, response.StatusCode);
            if (status == HttpStatusCode.OK)
            {
                Assert.StartsWith(
                    "http://localhost/masks/v1/annotations/",
                    (await response.JsonAsync()).GetProperty("annotatedImageUrl").GetString(),
                    StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("10.0.0.1", "8443", "/masks/", "https://localhost:8443/masks/")]
    [InlineData("10.0.0.1", "443", "/masks", "https://localhost/masks/")]
    [InlineData("10.0.0.1", "70000", "/", "https://localhost/")]
    [InlineData("203.0.113.1", "8443", "/masks", "http://localhost/")]
    public async Task Port_and_prefix_of_a_trusted_proxy_are_in_links_and_in_the_document(
        string proxy, string port, string prefix, string expected)
    {
        await using var service = From(proxy, ("MaskApi:Proxies:Trusted:0", "10.0.0.0/8"));
        using var client = service.CreateClient();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "93.184.216.34");
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-Port", port);
        client.DefaultRequestHeaders.Add("X-Forwarded-Prefix", prefix);
        using var response = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Plain(32, 32), "image/png"), _token);
        Assert.StartsWith(
            expected + "v1/annotations/",
            (await response.JsonAsync()).GetProperty("annotatedImageUrl").GetString(),
            StringComparison.Ordinal);
        using var document = await client.GetAsync("/swagger/v1/swagger.json", _token);
        var path = new Uri(expected).AbsolutePath.TrimEnd('/');
        Assert.Equal(
            path.Length > 0 ? path : null,
            (await document.JsonAsync()).TryGetProperty("servers", out var servers) ? servers[0].GetProperty("url").GetString() : null);
    }

    [Fact]
    public async Task Without_allowed_origins_no_cross_origin_page_may_call()
    {
        using var client = shared.CreateClient();
        using var response = await client.SendAsync(Preflight("https://app.example.com"), _token);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("https://app.example.com", true)]
    [InlineData("https://evil.example.com", false)]
    public async Task Only_configured_origins_may_call(string origin, bool allowed)
    {
        await using var service = await Service.StartAsync(
            ("MaskApi:Cors:AllowedOrigins:0", "https://app.example.com"), ("MaskApi:Keys:Values:0", KeyFixture.First));
        using var client = service.CreateClient();
        using var preflight = await client.SendAsync(Preflight(origin), _token);
        Assert.Equal(allowed, preflight.Headers.Contains("Access-Control-Allow-Origin"));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/info")
        {
            Headers = { { "Origin", origin }, { "X-API-Key", KeyFixture.First } },
        };
        using var response = await client.SendAsync(request, _token);
        Assert.Equal(allowed, response.Headers.Contains("Access-Control-Allow-Origin"));
        if (allowed)
        {
            Assert.Equal(
                "X-Faces,X-With-Mask,X-Without-Mask,X-Incorrectly-Worn,X-Uncertain,X-Request-Id,Retry-After,Server-Timing",
                string.Join(',', response.Headers.GetValues("Access-Control-Expose-Headers")));
            Assert.Equal("GET,POST", string.Join(',', preflight.Headers.GetValues("Access-Control-Allow-Methods")));
        }
    }

    [Fact]
    public async Task A_caller_over_the_rate_limit_gets_retry_after_and_others_are_unaffected()
    {
        await using var service = From(
            null, ("MaskApi:RateLimit:RequestsPerMinute", "2"), ("MaskApi:RateLimit:Burst", "3"));
        using var client = service.CreateClient();
        for (var i = 0; i < 3; i++)
        {
            using var accepted = await GetInfoAsync(client, "93.184.216.34");
            Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        }

        using var refused = await GetInfoAsync(client, "93.184.216.34");
        await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.Equal(30, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds);

        using var other = await GetInfoAsync(client, "93.184.216.35");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using var health = await client.GetAsync("/health/live", _token);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::7", HttpStatusCode.TooManyRequests)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", HttpStatusCode.OK)]
    [InlineData("93.184.216.34", "::ffff:93.184.216.34", HttpStatusCode.TooManyRequests)]
    [InlineData("93.184.216.34", "::ffff:93.184.216.35", HttpStatusCode.OK)]
    public async Task A_caller_is_an_address_or_an_ipv6_network(string first, string second, HttpStatusCode expected)
    {
        await using var service = From(null, ("MaskApi:RateLimit:RequestsPerMinute", "1"), ("MaskApi:RateLimit:Burst", "1"));
        using var client = service.CreateClient();
        using var accepted = await GetInfoAsync(client, first);
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        using var again = await GetInfoAsync(client, second);
        Assert.Equal(expected, again.StatusCode);
    }

    [Fact]
    public async Task With_keys_the_rate_limit_is_per_key()
    {
        await using var service = await Service.StartAsync(
            ("MaskApi:RateLimit:RequestsPerMinute", "1"),
            ("MaskApi:RateLimit:Burst", "1"),
            ("MaskApi:Keys:Values:0", KeyFixture.First),
            ("MaskApi:Keys:Values:1", KeyFixture.Second));
        using var client = service.CreateClient();
        var statuses = new List<HttpStatusCode>();
        foreach (var key in new[] { KeyFixture.First, KeyFixture.First, KeyFixture.Second })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/info") { Headers = { { "X-API-Key", key } } };
            using var response = await client.SendAsync(request, _token);
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.OK], statuses);
    }

    private static HttpRequestMessage Preflight(string origin) => new(HttpMethod.Options, "/v1/detections")
    {
        Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "x-api-key" } },
    };

    private static Task<HttpResponseMessage> GetInfoAsync(HttpClient client, string from) => client.SendAsync(
        new HttpRequestMessage(HttpMethod.Get, "/v1/info") { Headers = { { "X-Test-Address", from } } }, _token);

    /// <summary>A service whose callers seem to come from an address, which the in-process transport does not provide.</summary>
    private static Service From(string? address, params (string Name, string? Value)[] settings)
    {
        var service = new Service(
            settings.Select(static pair => KeyValuePair.Create(pair.Name, pair.Value)),
            services => services.AddSingleton<IStartupFilter>(new Address(address)));
        service.ReadyAsync().GetAwaiter().GetResult();
        return service;
    }

    private sealed class Address(string? address) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((HttpContext context, RequestDelegate following) =>
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse(address ?? context.Request.Headers["X-Test-Address"].ToString() switch
                {
                    "" => "127.0.0.1",
                    var header => header,
                });
                return following(context);
            });
            next(app);
        };
    }
}
