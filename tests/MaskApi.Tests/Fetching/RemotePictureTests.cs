using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MaskApi.Admission;
using MaskApi.Fetching;
using MaskApi.Problems;
using MaskApi.Uploads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MaskApi.Tests.Fetching;

/// <summary>
/// The service with URLs enabled, a fake name service, and counted connections that all lead to one local origin,
/// whatever public address they were meant for.
/// </summary>
public sealed class RemoteFixture : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Queue<string>> _names = [];
    private WebApplication? _origin;
    private int _port;

    internal Service Service { get; private set; } = null!;

    internal ConcurrentBag<IPAddress> Connections { get; } = [];

    /// <summary>Header names of each request for <c>/cookie</c>.</summary>
    internal ConcurrentQueue<string[]> Headers { get; } = [];

    /// <summary>Makes a name resolve to these addresses, one per look-up; the last one stays.</summary>
    internal string Name(string host, params string[] answers)
    {
        _names[host] = new Queue<string>(answers);
        return host;
    }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _origin = builder.Build();
        _origin.MapGet("/photo.jpg", static () => Results.Bytes(Pictures.Astronaut, "image/jpeg"));
        _origin.MapGet("/untyped", static () => Results.Bytes(Pictures.Astronaut, "application/octet-stream"));
        _origin.MapGet("/page", static () => Results.Text("<html>", "text/html"));
        _origin.MapGet("/empty", static () => Results.Bytes([], "image/jpeg"));
        _origin.MapGet("/redirect", static (string to) => Results.Redirect(to));
        _origin.MapGet("/moved/{status:int}", static (HttpContext context, int status) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/photo.jpg";
        });
        _origin.MapGet("/cookie", (HttpContext context) =>
        {
            Headers.Enqueue([.. context.Request.Headers.Keys.Order(StringComparer.Ordinal)]);
            context.Response.Cookies.Append("who", "somebody");
            return Results.Bytes(Pictures.Astronaut, "image/jpeg");
        });
        _origin.MapGet("/loop", static () => Results.Redirect("/loop"));
        _origin.MapGet("/announced", static (HttpContext context) =>
        {
            context.Response.ContentType = "image/jpeg";
            context.Response.ContentLength = 30_000_000;
            return context.Response.Body.WriteAsync(new byte[1000]).AsTask();
        });
        _origin.MapGet("/endless", static async (HttpContext context) =>
        {
            context.Response.ContentType = "image/jpeg";
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(new byte[1 << 20], context.RequestAborted);
            }
        });
        _origin.MapGet("/stuck", static (CancellationToken token) => Task.Delay(Timeout.Infinite, token));
        await _origin.StartAsync();
        _port = new Uri(_origin.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

        Service = new Service(
            new Dictionary<string, string?>
            {
                ["MaskApi:Remote:Enabled"] = "true",
                ["MaskApi:Remote:AllowHttp"] = "true",
                ["MaskApi:Remote:Timeout"] = "00:00:05",
                ["MaskApi:Remote:MaxRedirects"] = "2",
            },
            services => services.AddSingleton(
                provider => GuardedHandler.Create(provider.GetRequiredService<AddressGuard>(), LookUp, Connect)));
        await Service.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await _origin!.DisposeAsync();
    }

    private Task<IPAddress[]> LookUp(string host, CancellationToken cancellationToken)
    {
        if (!_names.TryGetValue(host, out var answers))
        {
            // Like the system: numbers in any notation are addresses, and everything else does not exist.
            return IPAddress.TryParse(host, out var literal)
                ? Task.FromResult<IPAddress[]>([literal])
                : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
        }

        var answer = answers.Count > 1 ? answers.Dequeue() : answers.Peek();
        return Task.FromResult(answer.Split(' ').Select(static text => IPAddress.Parse(text)).ToArray());
    }

    private async Task<Stream> Connect(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        foreach (var address in addresses)
        {
            Connections.Add(address);
        }

        if (port == 81)
        {
            throw new SocketException((int)SocketError.ConnectionRefused);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}

public sealed class RemotePictureTests(RemoteFixture fixture) : IClassFixture<RemoteFixture>
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly HttpClient _client = fixture.Service.CreateClient();

    [Theory]
    [InlineData("/photo.jpg")]
    [InlineData("/untyped")]
    [InlineData("/redirect?to=/photo.jpg")]
    [InlineData("/redirect?to=/redirect?to=/photo.jpg")]
    public async Task A_public_picture_is_fetched(string path)
    {
        fixture.Name("public.test", "93.184.216.34");
        using var response = await PostAsync("http://public.test" + path);
        Assert.Single((await response.JsonAsync()).GetProperty("faces").EnumerateArray());
        Assert.Contains(IPAddress.Parse("93.184.216.34"), fixture.Connections);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Every_kind_of_redirect_is_followed(int status)
    {
        fixture.Name("public.test", "93.184.216.34");
        using var response = await PostAsync($"http://public.test/moved/{status}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    /// <summary>Two redirects are allowed here. The third is not followed, although it leads to a picture.</summary>
    [Fact]
    public async Task Redirects_are_bounded()
    {
        fixture.Name("public.test", "93.184.216.34");
        using var response = await PostAsync("http://public.test/redirect?to=/redirect?to=/moved/302");
        await response.ProblemAsync(HttpStatusCode.UnprocessableEntity, "url_fetch_failed");
    }

    /// <summary>No trace of the caller, and no cookie from an earlier request.</summary>
    [Fact]
    public async Task A_request_for_a_picture_reveals_nothing_about_the_caller()
    {
        fixture.Name("public.test", "93.184.216.34");
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detections")
            {
                Content = Json("http://public.test/cookie"),
                Headers = { { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }, { "Cookie", "a=b" } },
            };
            using var response = await _client.SendAsync(request, _token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(2, fixture.Headers.Count);
        Assert.All(fixture.Headers, static headers => Assert.Equal(["Accept", "Host", "User-Agent"], headers));
    }

    /// <summary>A proxy would resolve names itself and connect to any address.</summary>
    [Fact]
    public async Task The_environments_proxy_is_not_used()
    {
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new ProxyFor("proxied.test");
        try
        {
            var lookedUp = new List<string>();
            using var client = new HttpClient(GuardedHandler.Create(new AddressGuard(new RemoteOptions()), (name, _) =>
            {
                lookedUp.Add(name);
                throw new SocketException((int)SocketError.HostNotFound);
            }));
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("http://proxied.test/"), _token));
            Assert.Equal(["proxied.test"], lookedUp);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Fact]
    public async Task An_image_tag_can_show_a_remote_picture()
    {
        fixture.Name("public.test", "93.184.216.34");
        using var response = await _client.GetAsync("/v1/annotations?imageUrl=http%3A%2F%2Fpublic.test%2Fphoto.jpg&format=webp", _token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("image/webp", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["1"], response.Headers.GetValues("X-Faces"));
    }

    [Fact]
    public async Task An_image_tag_without_a_url_is_refused()
    {
        using var response = await _client.GetAsync("/v1/annotations", _token);
        await response.ProblemAsync(HttpStatusCode.BadRequest, "image_missing");
    }

    /// <summary>Addresses that are refused as written.</summary>
    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://127.0.0.1:6379/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://0x7f.0.0.1/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://127.1/")]
    [InlineData("http://127.0.1/")]
    [InlineData("http://0/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::]/")]
    [InlineData("http://[::127.0.0.1]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://[64:ff9b::127.0.0.1]/")]
    [InlineData("http://[64:ff9b:1::127.0.0.1]/")]
    [InlineData("http://[2002:7f00:1::]/")]
    [InlineData("http://[2001:0:7f00:1::]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://[fd00:ec2::254]/latest/meta-data/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://172.16.0.1/")]
    [InlineData("http://192.168.0.1/")]
    [InlineData("http://100.64.0.1/")]
    [InlineData("http://100.100.100.200/latest/meta-data/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://169.254.170.2/")]
    [InlineData("http://168.63.129.16/")]
    [InlineData("http://192.0.0.192/")]
    [InlineData("http://224.0.0.1/")]
    [InlineData("http://255.255.255.255/")]
    [InlineData("http://user:pass@public.test/photo.jpg")]
    [InlineData("http://public.test@127.0.0.1/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://public.test/photo.jpg")]
    [InlineData("gopher://127.0.0.1:6379/_INFO")]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("//public.test/photo.jpg")]
    [InlineData("/photo.jpg")]
    [InlineData("not an address")]
    [InlineData("")]
    public async Task A_non_public_address_is_refused_without_a_connection(string address)
    {
        fixture.Connections.Clear();
        using var response = await PostAsync(address);
        await response.ProblemAsync(HttpStatusCode.Forbidden, "url_not_allowed");
        Assert.Empty(fixture.Connections);
    }

    /// <summary>Names that look like something else, or like nothing: refused either way, and never a server error.</summary>
    [Theory]
    [InlineData("http://①②⑦.⓪.⓪.①/")]
    [InlineData("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/")]
    [InlineData("http://127。0。0。1/")]
    [InlineData("http://münchen.test/")]
    [InlineData("http://xn--a/")]
    [InlineData("http://xn--/")]
    [InlineData("http://\u200B127.0.0.1/")]
    [InlineData("http://a..b/")]
    [InlineData("http://-/")]
    [InlineData("http://%31%32%37.0.0.1/")]
    [InlineData("http://127.0.0.1\0.test/")]
    [InlineData("http://127.0.0.1%00.test/")]
    [InlineData("http://127.0.0.1\\@public.test/")]
    [InlineData("http://[::1%25lo]/")]
    [InlineData("http://public.test:99999/")]
    [InlineData("http://public.test:-1/")]
    [InlineData("http:///photo.jpg")]
    [InlineData("http:photo.jpg")]
    [InlineData("http://localhost/")]
    [InlineData("http://localhost./")]
    public async Task A_disguised_name_reaches_nothing(string address)
    {
        fixture.Connections.Clear();
        fixture.Name("localhost", "127.0.0.1", "::1");
        using var response = await PostAsync(address);
        Assert.True(response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity, $"{(int)response.StatusCode}");
        Assert.Empty(fixture.Connections);
    }

    /// <summary>Names whose addresses are known only after a look-up.</summary>
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("169.254.169.254")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("93.184.216.34 127.0.0.1")]
    public async Task A_name_with_a_non_public_address_is_refused_without_a_connection(string answer)
    {
        fixture.Connections.Clear();
        fixture.Name("private.test", answer);
        using var response = await PostAsync("http://private.test/photo.jpg");
        await response.ProblemAsync(HttpStatusCode.UnprocessableEntity, "url_fetch_failed");
        Assert.Empty(fixture.Connections);
    }

    [Theory]
    [InlineData("http://127.0.0.1/photo.jpg")]
    [InlineData("http://2130706433/photo.jpg")]
    [InlineData("http://[::1]/photo.jpg")]
    [InlineData("http://[::127.0.0.1]/photo.jpg")]
    [InlineData("http://[::ffff:127.0.0.1]/photo.jpg")]
    [InlineData("http://[64:ff9b::7f00:1]/photo.jpg")]
    [InlineData("http://[2002:7f00:1::]/photo.jpg")]
    [InlineData("http://10.0.0.1/photo.jpg")]
    [InlineData("http://100.64.0.1/photo.jpg")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://private.test/photo.jpg")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://public.test/")]
    [InlineData("http://user@public.test/photo.jpg")]
    public async Task A_redirect_to_a_non_public_address_is_not_followed(string target)
    {
        fixture.Connections.Clear();
        fixture.Name("public.test", "93.184.216.34");
        fixture.Name("private.test", "192.168.0.1");
        using var response = await PostAsync("http://public.test/redirect?to=" + Uri.EscapeDataString(target));
        await response.ProblemAsync(HttpStatusCode.UnprocessableEntity, "url_fetch_failed");
        Assert.Equal([IPAddress.Parse("93.184.216.34")], fixture.Connections);
    }

    [Fact]
    public async Task Dns_rebinding_does_not_work()
    {
        fixture.Connections.Clear();
        fixture.Name("rebind.test", "93.184.216.34", "127.0.0.1");
        using var first = await PostAsync("http://rebind.test/redirect?to=http://rebind.test/photo.jpg");
        await first.ProblemAsync(HttpStatusCode.UnprocessableEntity, "url_fetch_failed");
        Assert.Equal([IPAddress.Parse("93.184.216.34")], fixture.Connections);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task All_fetch_failures_look_alike()
    {
        fixture.Name("public.test", "93.184.216.34");
        fixture.Name("private.test", "10.0.0.1");
        string[] addresses =
        [
            "http://private.test/photo.jpg",
            "http://private.test:81/",
            "http://nowhere.test/photo.jpg",
            "http://public.test:81/",
            "http://public.test/missing.jpg",
            "http://public.test/page",
            "http://public.test/empty",
            "http://public.test/loop",
            "https://public.test/photo.jpg",
            "http://public.test/stuck",
        ];
        var answers = new HashSet<string>();
        foreach (var address in addresses)
        {
            using var response = await PostAsync(address);
            var problem = await response.ProblemAsync(HttpStatusCode.UnprocessableEntity, "url_fetch_failed");
            answers.Add(problem.GetProperty("detail").GetString()!);
        }

        Assert.Single(answers);
    }

    [Theory]
    [InlineData("/announced")]
    [InlineData("/endless")]
    public async Task A_picture_that_is_too_large_is_aborted_early(string path)
    {
        fixture.Name("public.test", "93.184.216.34");
        using var response = await PostAsync("http://public.test" + path);
        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "image_too_large");
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(5_000_000)]
    public async Task An_overlong_url_is_refused(int length)
    {
        fixture.Connections.Clear();
        using var response = await PostAsync("http://public.test/" + new string('a', length));
        var problem = await response.ProblemAsync(HttpStatusCode.Forbidden, "url_not_allowed");
        Assert.Contains("4096", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(fixture.Connections);
    }

    [Theory]
    [InlineData("pictures.test", true)]
    [InlineData("PICTURES.test", true)]
    [InlineData("a.cdn.test", true)]
    [InlineData("a.b.cdn.test", true)]
    [InlineData("cdn.test", false)]
    [InlineData("evilcdn.test", false)]
    [InlineData("pictures.test.evil.test", false)]
    [InlineData("public.test", false)]
    public async Task Only_listed_hosts_are_fetched_from(string host, bool allowed)
    {
        var options = new RemoteOptions { Enabled = true, AllowHttp = true, AllowedHosts = ["pictures.test", "*.cdn.test"] };
        var lookedUp = new List<string>();
        var guard = new AddressGuard(options);
        var budget = new UploadBudget(new AdmissionOptions());
        using var remote = new RemotePictures(
            options,
            new LimitOptions(),
            budget,
            TimeProvider.System,
            guard,
            GuardedHandler.Create(guard, (name, _) =>
            {
                lookedUp.Add(name);
                throw new SocketException((int)SocketError.HostNotFound);
            }));

        var problem = await Assert.ThrowsAsync<ProblemException>(() => remote.FetchAsync($"http://{host}/photo.jpg", _token));
        Assert.Equal(allowed ? "url_fetch_failed" : "url_not_allowed", problem.Kind.Code);
        Assert.Equal(allowed ? [host.ToLowerInvariant()] : [], lookedUp);
    }

    [Fact]
    public async Task Plain_http_is_off_by_default()
    {
        await using var service = await Service.StartAsync(("MaskApi:Remote:Enabled", "true"));
        using var client = service.CreateClient();
        using var response = await client.PostAsync("/v1/detections", Json("http://public.test/photo.jpg"), _token);
        await response.ProblemAsync(HttpStatusCode.Forbidden, "url_not_allowed");
    }

    private Task<HttpResponseMessage> PostAsync(string address) => _client.PostAsync("/v1/detections", Json(address), _token);

    private static StringContent Json(string address) => Http.Json(new JsonObject { ["imageUrl"] = address }.ToJsonString());

    /// <summary>A proxy for one host only, so that parallel tests are not affected.</summary>
    private sealed class ProxyFor(string host) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : new Uri("http://proxy.test:3128");

        public bool IsBypassed(Uri destination) => destination.Host != host;
    }
}
