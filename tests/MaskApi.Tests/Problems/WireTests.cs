using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MaskApi.Tests.Problems;

/// <summary>Hand-written requests over a socket: what HTTP clients do not send, but people and tools do.</summary>
public sealed class WireTests : IAsyncLifetime
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly Service _service = new();

    public async ValueTask InitializeAsync() => await _service.ListenAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("POST /v1/detections", "Transfer-Encoding: chunked\r\n\r\nzz\r\nbroken", 400, "invalid_body")]
    [InlineData("POST /v1/detections", "Content-Length: 999999999999\r\n\r\n", 413, "image_too_large")]
    [InlineData(
        "POST /v1/detections", "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 4\r\n\r\n--b\r", 400, "invalid_body")]
    [InlineData(
        "POST /v1/detections", "Content-Length: 4\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\ntext", 415, "unsupported_media_type")]
    [InlineData("POST /v1/detections", "Content-Length: 4\r\nContent-Encoding: br\r\n\r\ntext", 415, "unsupported_media_type")]
    [InlineData("POST /v1/detections/batch", "Content-Length: 4\r\nContent-Encoding: br\r\n\r\ntext", 415, "unsupported_media_type")]
    [InlineData("POST /v1/detections", "Content-Length: 0\r\nContent-Encoding: identity\r\n\r\n", 400, "image_missing")]
    [InlineData("POST /v1/detections", "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n", 400, "image_missing")]
    [InlineData("POST /v1/detections/", "Content-Length: 4\r\n\r\ntext", 415, "unsupported_media_type")]
    [InlineData("POST /v1/%64etections", "Content-Length: 4\r\n\r\ntext", 415, "unsupported_media_type")]
    [InlineData("POST /v1/detections%2f", "Content-Length: 4\r\n\r\ntext", 404, "not_found")]
    [InlineData("POST /v1/detections/%2e%2e/x", "Content-Length: 4\r\n\r\ntext", 404, "not_found")]
    [InlineData("POST /v1/detections?maxFaces=1&maxFaces=2", "Content-Length: 4\r\n\r\ntext", 400, "invalid_parameter")]
    [InlineData("POST /v1/detections?detectionThreshold=NaN", "Content-Length: 4\r\n\r\ntext", 400, "invalid_parameter")]
    [InlineData("POST /v1/detections?detail=%00", "Content-Length: 4\r\n\r\ntext", 400, "invalid_parameter")]
    [InlineData("POST /v1/detections?%ff%fe=%ff", "Content-Length: 4\r\n\r\ntext", 400, "invalid_parameter")]
    [InlineData("OPTIONS /v1/detections", "\r\n", 405, "method_not_allowed")]
    [InlineData("TRACE /v1/info", "\r\n", 405, "method_not_allowed")]
    [InlineData("GET /v1/annotations/%ff%fe", "\r\n", 404, "annotation_not_found")]
    [InlineData("GET /v1/annotations/%2e%2e%2f", "\r\n", 404, "annotation_not_found")]
    [InlineData("GET /v1/annotations?imageUrl=a&imageUrl=b", "\r\n", 400, "invalid_parameter")]
    [InlineData("GET /js/%2e%2e/%2e%2e/MaskApi.dll", "\r\n", 404, "not_found")]
    [InlineData("GET /%zz", "\r\n", 404, "not_found")]
    public async Task Odd_requests_get_the_problem_in_the_contract(string line, string rest, int status, string code)
    {
        var answer = await SendAsync($"{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{rest}");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/problem+json", answer, StringComparison.Ordinal);
        Assert.Contains($"\"code\":\"{code}\"", answer, StringComparison.Ordinal);
    }

    /// <summary>The server's own default is 30 MB.</summary>
    [Fact]
    public async Task A_batch_can_be_as_large_as_the_contract_says()
    {
        using var client = _service.CreateClient();
        using var batch = new MultipartFormDataContent();
        foreach (var _ in Enumerable.Range(0, 5))
        {
            batch.Add(Http.Raw(new byte[19 * 1024 * 1024]), "images", "zeros");
        }

        using var response = await client.PostAsync("/v1/detections/batch", batch, _token);
        Assert.All(
            (await response.JsonAsync()).GetProperty("results").EnumerateArray(),
            static result => Assert.Equal(415, result.GetProperty("status").GetInt32()));
    }

    /// <summary>An HTTP/1.0 request may name no host. Then there is no link, because a wrong one would be worse.</summary>
    [Theory]
    [InlineData("", false)]
    [InlineData("Host: masks.example.com\r\n", true)]
    public async Task Without_a_host_there_is_no_link(string host, bool linked)
    {
        var head = $"POST /v1/detections HTTP/1.0\r\n{host}Content-Length: {Pictures.Astronaut.Length}\r\n\r\n";
        var answer = await SendAsync([.. Encoding.ASCII.GetBytes(head), .. Pictures.Astronaut]);
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal(linked, answer.Contains("\"annotatedImageUrl\":\"http://masks.example.com/v1/annotations/", StringComparison.Ordinal));
        Assert.Equal(linked, answer.Contains("annotatedImageUrl", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET /v1/info")]
    [InlineData("GET /nothing")]
    [InlineData("GET /")]
    public async Task The_server_does_not_identify_itself(string line)
    {
        var answer = await SendAsync($"{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Contains("\r\nDate: ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nServer: ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Powered-By", answer, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>No body is ever sent, so a service that waited for it would not answer.</summary>
    [Theory]
    [InlineData("/v1/detections", "image/jpeg", (20 * 1024 * 1024) + 1, "image_too_large")]
    [InlineData("/v1/detections", "application/json", 28_500_000, "image_too_large")]
    [InlineData("/v1/detections", "multipart/form-data; boundary=b", 28_500_000, "image_too_large")]
    [InlineData("/v1/detections/batch", "multipart/form-data; boundary=b", (100 * 1024 * 1024) + 1, "batch_too_large")]
    public async Task A_content_length_that_is_too_large_is_refused_at_once(string path, string type, int length, string code)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _service.ClientOptions.BaseAddress.Port, _token);
        var stream = socket.GetStream();
        var head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nContent-Length: {length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _token);
        var answer = "";
        var buffer = new byte[4096];
        while (!answer.Contains("\"code\":", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, _token);
            Assert.True(read > 0, answer);
            answer += Encoding.UTF8.GetString(buffer, 0, read);
        }

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains($"\"code\":\"{code}\"", answer, StringComparison.Ordinal);
    }

    /// <summary>The server refuses these before our code sees them, without a body and as the caller's fault.</summary>
    [Theory]
    [InlineData("GET /v1/info HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /v1/info HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET /v1/annotations/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /v1/info HTTP/9.9\r\nHost: a\r\n\r\n", 505)]
    [InlineData("POST /v1/detections HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400)]
    public async Task Invalid_http_is_refused_without_a_body(string request, int status) =>
        AssertBare(status, await SendAsync(request));

    [Theory]
    [InlineData(9 * 1024, 0, 414)]
    [InlineData(0, 33 * 1024, 431)]
    public async Task A_url_or_headers_that_are_too_long_are_refused_without_a_body(int address, int header, int status) =>
        AssertBare(status, await SendAsync($"GET /{new string('a', address)} HTTP/1.1\r\nHost: a\r\nX: {new string('b', header)}\r\n\r\n"));

    [Fact]
    public async Task Pipelined_requests_are_all_answered()
    {
        var post = $"POST /v1/detections?detail=fast HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Pictures.Astronaut.Length}\r\n\r\n";
        byte[] one = [.. Encoding.ASCII.GetBytes(post), .. Pictures.Astronaut];
        var answers = await SendAsync([.. one, .. one, .. "GET /v1/info HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8]);
        Assert.Equal(3, answers.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Equal(2, answers.Split("\"annotatedImageUrl\"").Length - 1);
    }

    [Theory]
    [InlineData("/v1/info", 200)]
    [InlineData("/health/ready", 200)]
    [InlineData("/", 200)]
    [InlineData("/swagger/v1/swagger.json", 200)]
    [InlineData("/v1/annotations/0123456789abcdef0123456789abcdef", 404)]
    [InlineData("/v1/detections", 405)]
    public async Task Head_is_answered_like_get_without_the_body(string path, int status)
    {
        var answer = await SendAsync($"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        var get = await SendAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Equal(Names(get), Names(answer));

        // Only the length may differ (RFC 9110, section 9.3.2).
        static IEnumerable<string> Names(string answer) => answer.Split("\r\n\r\n")[0].Split("\r\n").Skip(1)
            .Select(static header => header.Split(':')[0]).Except(["Content-Length", "Transfer-Encoding"]).Order();
    }

    private static void AssertBare(int status, string answer)
    {
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    private Task<string> SendAsync(string request) => SendAsync(Encoding.ASCII.GetBytes(request));

    /// <summary>Sends a request and reads until the service closes the connection.</summary>
    private async Task<string> SendAsync(byte[] request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _service.ClientOptions.BaseAddress.Port, _token);
        var stream = socket.GetStream();
        await stream.WriteAsync(request, _token);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(_token);
    }
}
