using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Timeout;

namespace MaskApi.Client.Tests;

/// <summary>The client against a service in trouble, and against proxies that answer in its place.</summary>
public sealed class ResilienceTests
{
    private const string Answer =
        """
        {"image":{"width":4,"height":3,"format":"png"},"faces":[{"label":"incorrectly_worn","confidence":0.9,"maskProbability":0.4,
        "detectionConfidence":0.8,"box":{"x":1,"y":1,"width":1,"height":1},
        "relativeBox":{"x":0.25,"y":0.3333,"width":0.25,"height":0.3333}}],
        "summary":{"faces":1,"withMask":0,"withoutMask":0,"uncertain":0},
        "timings":{"decodeMs":1,"detectMs":1,"classifyMs":1,"totalMs":3},"newer":{}}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refusal_is_retried_no_sooner_than_retry_after()
    {
        using var service = new Script(Overloaded(TimeSpan.FromSeconds(1)), Ok());
        var started = Stopwatch.GetTimestamp();
        await service.Client.DetectAsync(Picture.FromFile(Pictures.AstronautFile), cancellationToken: Token);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(0.99), TimeSpan.FromSeconds(30));
        var picture = await File.ReadAllBytesAsync(Pictures.AstronautFile, Token);
        Assert.Equal(2, service.Bodies.Count);
        Assert.All(service.Bodies, body => Assert.Equal(picture, body));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_broken_connection_is_retried()
    {
        using var service = new Script(static () => throw new HttpRequestException("reset"), Ok());
        await service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: Token);
        Assert.Equal(2, service.Bodies.Count);
    }

    [Fact]
    public async Task A_service_that_stays_busy_is_reported_as_busy()
    {
        using var service = new Script(retries: 1, Overloaded(TimeSpan.Zero), Overloaded(TimeSpan.FromSeconds(7)));
        var exception = await Assert.ThrowsAsync<ServiceBusyException>(
            () => service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: Token));
        Assert.Equal((ProblemCodes.Overloaded, TimeSpan.FromSeconds(7)), (exception.Code, exception.RetryAfter));
        Assert.Equal(2, service.Bodies.Count);
    }

    [Fact]
    public async Task A_rejected_picture_is_not_retried()
    {
        using var service = new Script(Respond(
            HttpStatusCode.UnprocessableContent,
            """{"code":"image_undecodable","status":422,"title":"Corrupt"}""",
            "application/problem+json"));
        await Assert.ThrowsAsync<PictureRejectedException>(() => service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: Token));
        Assert.Single(service.Bodies);
    }

    [Fact]
    public async Task Newer_labels_and_members_are_tolerated()
    {
        using var service = new Script(Ok());
        var detection = await service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: Token);
        Assert.Equal(new MaskLabel("incorrectly_worn"), Assert.Single(detection.Faces).Label);
        Assert.Null(detection.AnnotatedImageUrl);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "<html>Forbidden</html>", "text/html")]
    [InlineData(HttpStatusCode.Forbidden, "{\"title\":\"no code\"}", "application/problem+json")]
    [InlineData(HttpStatusCode.Forbidden, "not json", "application/problem+json")]
    [InlineData(HttpStatusCode.OK, "<html>Log in</html>", "text/html")]
    [InlineData(HttpStatusCode.OK, "null", "application/json")]
    [InlineData(HttpStatusCode.OK, """{"image":{},"faces":null,"summary":null,"timings":null}""", "application/json")]
    [InlineData(HttpStatusCode.OK, """{"image":{},"faces":[],"summary":{},"timings":{}}""", "application/json")]
    public async Task A_response_from_something_else_is_reported_as_unknown(HttpStatusCode status, string body, string type)
    {
        using var service = new Script(Respond(status, body, type));
        var exception = await Assert.ThrowsAsync<MaskApiException>(
            () => service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: Token));
        Assert.Equal((ProblemCodes.Unknown, (int)status), (exception.Code, exception.Problem.Status));
    }

    [Fact]
    public async Task Codes_newer_than_the_client_are_kept()
    {
        using var service = new Script(Respond(
            HttpStatusCode.Conflict, """{"code":"brand_new","status":409,"title":"New"}""", "application/problem+json"));
        var exception = await Assert.ThrowsAsync<MaskApiException>(
            () => service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: Token));
        Assert.Equal("brand_new", exception.Code);
    }

    [Theory]
    [InlineData("http://host/masks")]
    [InlineData("http://host/masks/")]
    public async Task A_path_in_the_base_address_is_kept(string address)
    {
        using var service = new Script(Ok()) { Address = new Uri(address) };
        await service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: Token);
        Assert.Equal(new Uri("http://host/masks/v1/detections"), Assert.Single(service.Requests));
    }

    [Fact]
    public async Task A_refusal_longer_than_the_total_timeout_fails_at_once()
    {
        using var service = new Script(Overloaded(TimeSpan.FromDays(20_000)));
        var exception = await Assert.ThrowsAsync<ServiceBusyException>(
            () => service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: Token));
        Assert.Equal(TimeSpan.FromDays(20_000), exception.RetryAfter);
    }

    [Fact]
    public async Task A_refusal_until_a_date_becomes_a_duration()
    {
        using var service = new Script(static () =>
        {
            var response = Overloaded(TimeSpan.Zero)();
            response.Headers.RetryAfter = new RetryConditionHeaderValue(DateTimeOffset.UtcNow.AddHours(1));
            return response;
        });
        var exception = await Assert.ThrowsAsync<ServiceBusyException>(
            () => service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: Token));
        Assert.InRange(exception.RetryAfter!.Value, TimeSpan.FromMinutes(58), TimeSpan.FromMinutes(60));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_response_that_stalls_in_its_body_times_out()
    {
        var body = new Pipe();
        using var service = new Script(() => new HttpResponseMessage { Content = new StreamContent(body.Reader.AsStream()) })
        {
            AttemptTimeout = TimeSpan.FromSeconds(1),
        };
        await Assert.ThrowsAsync<HttpRequestException>(
            () => service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: Token).WaitAsync(TimeSpan.FromSeconds(30), Token));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_service_that_does_not_answer_is_reported_as_unreachable()
    {
        using var service = new Script(Ok()) { AttemptTimeout = TimeSpan.FromSeconds(1), IsSilent = true };
        await Assert.ThrowsAsync<HttpRequestException>(() => service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: Token));
    }

    [Fact]
    public async Task Cancellation_is_honored()
    {
        using var service = new Script(Overloaded(TimeSpan.FromMinutes(1)), Ok());
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var call = service.Client.DetectAsync(Pictures.Astronaut, cancellationToken: impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    /// <summary>At 256 KB/s, 20 MB take 80 seconds and must not be given up after 30.</summary>
    [Theory]
    [InlineData(0, 30, 120)]
    [InlineData(20 * 1024 * 1024, 110, 200)]
    [InlineData(100 * 1024 * 1024, 430, 520)]
    public async Task Timeouts_grow_with_the_body(int bytes, int attempt, int total)
    {
        var services = new ServiceCollection();
        var builder = services.AddMaskApiClient();
        await using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<HttpStandardResilienceOptions>>().Get($"{builder.Name}-standard");
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://host") { Content = new ByteArrayContent(new byte[bytes]) };
        var context = ResilienceContextPool.Shared.Get(Token);
        context.SetRequestMessage(request);
        var arguments = new TimeoutGeneratorArguments(context);
        Assert.Equal(TimeSpan.FromSeconds(attempt), await options.AttemptTimeout.TimeoutGenerator!(arguments));
        Assert.Equal(TimeSpan.FromSeconds(total), await options.TotalRequestTimeout.TimeoutGenerator!(arguments));
    }

    [Theory]
    [InlineData(1000, null)]
    [InlineData(2 * 1024 * 1024, true)]
    public async Task A_large_body_waits_for_100_continue(int bytes, bool? expect)
    {
        using var service = new Script(Ok());
        await service.Client.DetectAsync(Picture.FromBytes(new byte[bytes]), cancellationToken: Token);
        Assert.Equal(expect, Assert.Single(service.Expectations));
    }

    private static Func<HttpResponseMessage> Ok() => Respond(HttpStatusCode.OK, Answer, "application/json");

    private static Func<HttpResponseMessage> Overloaded(TimeSpan retryAfter) => () =>
    {
        const string body = """{"code":"overloaded","status":429,"title":"Full"}""";
        var response = Respond(HttpStatusCode.TooManyRequests, body, "application/problem+json")();
        response.Headers.RetryAfter = new RetryConditionHeaderValue(retryAfter);
        return response;
    };

    private static Func<HttpResponseMessage> Respond(HttpStatusCode status, string body, string type) =>
        () => new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, type) };

    /// <summary>A client whose service gives scripted answers and records the requests.</summary>
    private sealed class Script(int retries, params Func<HttpResponseMessage>[] answers) : IDisposable
    {
        private readonly Queue<Func<HttpResponseMessage>> _answers = new(answers);
        private ServiceProvider? _provider;

        public Script(params Func<HttpResponseMessage>[] answers)
            : this(4, answers)
        {
        }

        public Uri Address { get; init; } = new("http://host");

        /// <summary>Timeout of one attempt; the total is twice as long.</summary>
        public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(30);

        /// <summary>Whether the service never answers.</summary>
        public bool IsSilent { get; init; }

        public List<byte[]> Bodies { get; } = [];

        public List<Uri> Requests { get; } = [];

        public List<bool?> Expectations { get; } = [];

        public IMaskApiClient Client
        {
            get
            {
                var services = new ServiceCollection();
                services.AddMaskApiClient(options =>
                {
                    (options.BaseAddress, options.MaxRetries) = (Address, retries);
                    (options.AttemptTimeout, options.TotalTimeout) = (AttemptTimeout, 2 * AttemptTimeout);
                })
                    .ConfigurePrimaryHttpMessageHandler(() => new Handler(this));
                _provider ??= services.BuildServiceProvider();
                return _provider.GetRequiredService<IMaskApiClient>();
            }
        }

        public void Dispose() => _provider?.Dispose();

        private sealed class Handler(Script script) : HttpMessageHandler
        {
            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                script.Requests.Add(request.RequestUri!);
                script.Expectations.Add(request.Headers.ExpectContinue);
                using var body = new MemoryStream();
                await request.Content!.CopyToAsync(body, cancellationToken);
                script.Bodies.Add(body.ToArray());
                await Task.Delay(script.IsSilent ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken);
                return script._answers.Dequeue()();
            }
        }
    }
}
