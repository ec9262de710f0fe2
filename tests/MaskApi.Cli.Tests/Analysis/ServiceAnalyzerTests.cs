using System.Net;
using System.Net.Http.Json;
using MaskApi.Cli.Analysis;
using MaskApi.Client;

namespace MaskApi.Cli.Tests.Analysis;

public sealed class ServiceAnalyzerTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_picture_is_sent_again_and_none_is_lost()
    {
        // Every third request is refused.
        var requests = 0;
        using var analyzer = Analyzer(_ => Interlocked.Increment(ref requests) % 3 == 0 ? Busy() : Nobody());
        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => analyzer.AnalyzeAsync($"{i}", new byte[] { 1 }, _token)));
        Assert.All(results, static result => Assert.Null(result.Failure));
        Assert.Equal(40, results.Select(static result => result.Name).Distinct().Count());
        Assert.InRange(requests, 41, 200);
    }

    [Fact]
    public async Task A_bad_picture_fails_alone()
    {
        using var analyzer = Analyzer(static _ => Problem(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"));
        var result = await analyzer.AnalyzeAsync("a", new byte[] { 1 }, _token);
        Assert.Equal("unsupported_media_type", result.Failure?.Code);
    }

    [Fact]
    public async Task A_wrong_key_ends_the_run()
    {
        using var analyzer = Analyzer(static _ => Problem(HttpStatusCode.Unauthorized, "unauthorized"));
        await Assert.ThrowsAsync<ServiceLostException>(() => analyzer.AnalyzeAsync("a", new byte[] { 1 }, _token));
    }

    [Fact]
    public async Task A_service_that_is_gone_ends_the_run()
    {
        using var analyzer = Analyzer(static _ => throw new HttpRequestException("Nobody is there."));
        await Assert.ThrowsAsync<ServiceLostException>(() => analyzer.AnalyzeAsync("a", new byte[] { 1 }, _token));
    }

    [Fact]
    public async Task The_limit_grows_with_successes_and_falls_with_refusals()
    {
        var limit = new AdaptiveLimit(64, TimeProvider.System);
        for (var i = 0; i < 50; i++)
        {
            await limit.EnterAsync(_token);
            limit.Exit(refused: false);
        }

        var grown = limit.Current;
        Assert.InRange(grown, 8, 12);
        for (var i = 0; i < 5; i++)
        {
            await limit.EnterAsync(_token);
            limit.Exit(refused: true);
        }

        // Refusals of one moment count once.
        Assert.InRange(limit.Current, (int)(grown * 0.6), (int)(grown * 0.8));
    }

    private static ServiceAnalyzer Analyzer(Func<HttpRequestMessage, HttpResponseMessage> answer) => new(
        new HttpClient(new Handler(answer)) { BaseAddress = new Uri("http://localhost/") },
        new DetectionOptions(),
        parallelism: 16,
        retry: true,
        patience: TimeSpan.FromSeconds(1),
        TimeProvider.System);

    private static HttpResponseMessage Busy()
    {
        var response = Problem(HttpStatusCode.TooManyRequests, "overloaded");
        response.Headers.RetryAfter = new(TimeSpan.Zero);
        return response;
    }

    private static HttpResponseMessage Problem(HttpStatusCode status, string code) => new(status)
    {
        Content = JsonContent.Create(
            new { title = "No", status = (int)status, code }, mediaType: new("application/problem+json")),
    };

    private static HttpResponseMessage Nobody() => new(HttpStatusCode.OK)
    {
        Content = JsonContent.Create(new
        {
            image = new { width = 10, height = 10, format = "jpeg" },
            faces = Array.Empty<object>(),
            summary = new { faces = 0, withMask = 0, withoutMask = 0, uncertain = 0 },
            timings = new { decodeMs = 0, detectMs = 0, classifyMs = 0, totalMs = 0 },
        }),
    };

    private sealed class Handler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return answer(request);
        }
    }
}
