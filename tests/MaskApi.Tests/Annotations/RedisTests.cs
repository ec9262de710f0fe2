using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MaskApi.Admission;
using MaskApi.Annotations;
using MaskApi.Problems;
using MaskApi.Uploads;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace MaskApi.Tests.Annotations;

[Trait("Category", "Slow")]
public sealed class RedisTests : IAsyncDisposable
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private static readonly AnnotationRecord _record = new(Pictures.Astronaut, [], 0.6f);

    /// <summary>Timeout of the store, by a clock that only the test moves, and of the Redis client.</summary>
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(30);

    /// <summary>Limit for operations that do not depend on the test's clock, generous enough for a busy machine.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(25);

    private readonly FakeTimeProvider _time = new();
    private readonly int _port = FreePort();
    private readonly UploadBudget _budget = new(new AdmissionOptions());
    private Process? _redis;

    [Fact]
    public async Task A_link_made_by_one_instance_is_served_by_another_even_after_the_first_was_killed()
    {
        await StartRedisAsync();
        await using var first = StartProcess();
        await using var second = StartProcess();
        using var one = await first.ReadyAsync();
        using var other = await second.ReadyAsync();

        var link = new Uri((await LinkAsync(one))!);
        using var own = await one.GetAsync(link.AbsolutePath, _token);
        using var served = await other.GetAsync(link.AbsolutePath, _token);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        Assert.Equal(await own.Content.ReadAsByteArrayAsync(_token), await served.Content.ReadAsByteArrayAsync(_token));

        first.Kill();
        await first.ExitAsync();
        using var after = await other.GetAsync(link.AbsolutePath, _token);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Equal("image/png", after.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_store_that_is_down_costs_the_link_but_never_the_answer()
    {
        await StartRedisAsync();
        await using var service = await StartServiceAsync();
        using var client = service.CreateClient();
        var link = await LinkAsync(client);
        Assert.NotNull(link);

        await StopRedisAsync();
        Assert.Null(await LinkAsync(client));
        using var unknown = await client.GetAsync(new Uri(link), _token);
        await unknown.ProblemAsync(HttpStatusCode.ServiceUnavailable, "not_ready");
        Assert.NotNull(unknown.Headers.RetryAfter);

        await StartRedisAsync();
        string? again;
        while ((again = await LinkAsync(client)) is null)
        {
            await Task.Delay(100, _token);
        }

        using var back = await client.GetAsync(new Uri(again), _token);
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
    }

    [Fact]
    public async Task A_missing_store_does_not_prevent_the_start()
    {
        await using var service = await Service.StartAsync(("MaskApi:Annotations:Redis", $"127.0.0.1:{_port}"));
        using var client = service.CreateClient();
        Assert.Null(await LinkAsync(client));
    }

    [Fact]
    public async Task A_silent_store_times_out()
    {
        using var silent = new TcpListener(IPAddress.Loopback, _port);
        silent.Start();
        await using var store = Store();
        var kept = store.TryPutAsync("id", _record, _token).AsTask();
        using var connected = await silent.AcceptTcpClientAsync(_token);
        Assert.False(kept.IsCompleted);
        _time.Advance(_timeout);
        Assert.False(await kept.WaitAsync(_limit, _token));
    }

    /// <summary>SIGSTOP: the connection stays open, but no answer comes.</summary>
    [Fact]
    public async Task A_store_that_stops_answering_times_out()
    {
        await StartRedisAsync();
        await using var store = Store();
        await store.StartAsync(_token);
        Assert.True(await store.TryPutAsync("id", _record, _token));
        Signal("-STOP");
        var kept = store.TryPutAsync("id", _record, _token).AsTask();
        var found = store.GetAsync("id", _token).AsTask();
        _time.Advance(_timeout);
        Assert.False(await kept.WaitAsync(_limit, _token));
        var problem = await Assert.ThrowsAsync<ProblemException>(() => found.WaitAsync(_limit, _token));
        Assert.Equal(ProblemKinds.NotReady, problem.Kind);
        Assert.NotNull(problem.RetryAfter);
    }

    [Fact]
    public async Task A_slow_store_is_awaited_until_the_timeout()
    {
        await StartRedisAsync();
        await using var store = Store();
        await store.StartAsync(_token);
        Assert.True(await store.TryPutAsync("id", _record, _token));
        Signal("-STOP");
        var kept = store.TryPutAsync("id", _record, _token).AsTask();
        _time.Advance(_timeout - TimeSpan.FromTicks(1));
        Assert.False(kept.IsCompleted);
        Signal("-CONT");
        Assert.True(await kept);
    }

    /// <summary>Its default timeout is five seconds.</summary>
    [Fact]
    public void The_redis_client_uses_the_configured_timeout()
    {
        var configuration = RedisAnnotationStore.Configure(new AnnotationOptions { Redis = "redis", RedisTimeout = _timeout });
        int[] timeouts = [configuration.ConnectTimeout, configuration.AsyncTimeout, configuration.SyncTimeout];
        Assert.All(timeouts, static timeout => Assert.Equal(_timeout.TotalMilliseconds, timeout));
    }

    /// <summary>The clock stands still, so a wait would never end.</summary>
    [Fact]
    public async Task Without_a_connection_nothing_waits()
    {
        await StartRedisAsync();
        await using var store = Store();
        Assert.True(await store.TryPutAsync("id", _record, _token));
        await StopRedisAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.False(await store.TryPutAsync("id", _record, _token).AsTask().WaitAsync(_limit, _token));
        }
    }

    /// <summary>Otherwise the first request would spend its own time connecting and report that there is nothing.</summary>
    [Fact]
    public async Task The_store_is_connected_once_the_service_has_started()
    {
        await StartRedisAsync();
        await using var store = Store();
        Assert.False(store.IsConnected);
        await store.StartAsync(_token);
        Assert.True(store.IsConnected);

        await using var service = await StartServiceAsync();
        Assert.Single(service.Services.GetServices<IHostedService>().OfType<RedisAnnotationStore>());
    }

    [Fact]
    public async Task Records_in_transit_count_against_the_budget()
    {
        await StartRedisAsync();
        await using var store = Store();
        Assert.True(await store.TryPutAsync("id", _record, _token));
        Assert.Equal(0, _budget.InFlight);
        using (var found = await store.GetAsync("id", _token))
        {
            Assert.InRange(_budget.InFlight, found!.Memory.Length, 2L * found.Memory.Length);
        }

        Assert.Equal(0, _budget.InFlight);
        using var all = _budget.Take(long.MaxValue);
        Assert.False(await store.TryPutAsync("id", _record, _token));
        var problem = await Assert.ThrowsAsync<ProblemException>(async () => await store.GetAsync("id", _token));
        Assert.Equal(ProblemKinds.Overloaded, problem.Kind);
    }

    [Fact]
    public async Task An_outage_and_its_end_are_logged_once_each()
    {
        await using var process = StartProcess("00:00:05");
        using var client = await process.ReadyAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(await LinkAsync(client));
        }

        await StartRedisAsync();
        while (await LinkAsync(client) is null)
        {
            await Task.Delay(100, _token);
        }

        Assert.NotNull(await LinkAsync(client));
        await process.LineAsync("Redis is reachable again");
        Assert.Single(process.Lines, static line => line.Contains("Redis is unreachable", StringComparison.Ordinal));
        Assert.Single(process.Lines, static line => line.Contains("Redis is reachable again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Records_expire_in_the_store_itself()
    {
        await StartRedisAsync();
        await using var service = await StartServiceAsync();
        using var client = service.CreateClient();
        var link = new Uri((await LinkAsync(client))!);
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_port}");
        var key = (RedisKey)("maskapi:annotation:" + link.Segments[^1]);
        var left = await redis.GetDatabase().KeyTimeToLiveAsync(key);
        Assert.InRange(left!.Value, TimeSpan.FromMinutes(5), new AnnotationOptions().TimeToLive);

        await redis.GetDatabase().KeyExpireAsync(key, TimeSpan.Zero);
        using var response = await client.GetAsync(link, _token);
        await response.ProblemAsync(HttpStatusCode.NotFound, "annotation_not_found");
    }

    public async ValueTask DisposeAsync()
    {
        await StopRedisAsync();
    }

    private RedisAnnotationStore Store() => new(
        new AnnotationOptions { Redis = $"127.0.0.1:{_port}", RedisTimeout = _timeout },
        _budget,
        _time,
        NullLogger<RedisAnnotationStore>.Instance);

    /// <summary>Uses a timeout that even a busy machine does not reach.</summary>
    private Task<Service> StartServiceAsync() =>
        Service.StartAsync(("MaskApi:Annotations:Redis", $"127.0.0.1:{_port}"), ("MaskApi:Annotations:RedisTimeout", "00:00:30"));

    private ServiceProcess StartProcess(string timeout = "00:00:30") =>
        ServiceProcess.Start(("MaskApi:Annotations:Redis", $"127.0.0.1:{_port}"), ("MaskApi:Annotations:RedisTimeout", timeout));

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_redis!.Id}"]);
        kill.WaitForExit();
    }

    private static async Task<string?> LinkAsync(HttpClient client)
    {
        using var response = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        return (await response.JsonAsync()).TryGetProperty("annotatedImageUrl", out var url) ? url.GetString() : null;
    }

    private async Task StartRedisAsync()
    {
        var server = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(static folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(server is null, "redis-server is not installed.");
        string[] arguments = ["--port", $"{_port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        _redis = Process.Start(new ProcessStartInfo(server!, arguments) { RedirectStandardOutput = true })!;
        while (true)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, _port, _token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(20, _token);
            }
        }
    }

    private async Task StopRedisAsync()
    {
        if (_redis is { } redis)
        {
            redis.Kill();
            await redis.WaitForExitAsync(CancellationToken.None);
            redis.Dispose();
            _redis = null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
