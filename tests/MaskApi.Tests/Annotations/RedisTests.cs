using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MaskApi.Admission;
using MaskApi.Annotations;
using MaskApi.Uploads;
using Microsoft.Extensions.Logging.Abstractions;

namespace MaskApi.Tests.Annotations;

public sealed class RedisTests : IAsyncDisposable
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private static readonly AnnotationRecord _record = new(Pictures.Astronaut, [], 0.6f);
    private readonly int _port = FreePort();
    private readonly UploadBudget _budget = new(new AdmissionOptions());
    private Process? _redis;

    [Fact]
    public async Task A_link_made_by_one_instance_is_served_by_another_also_after_the_first_was_killed()
    {
        await StartRedisAsync();
        await using var first = ServiceProcess.Start(("MaskApi:Annotations:Redis", $"127.0.0.1:{_port}"));
        await using var second = ServiceProcess.Start(("MaskApi:Annotations:Redis", $"127.0.0.1:{_port}"));
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
    public async Task A_store_that_is_down_costs_the_link_and_never_the_answer()
    {
        await StartRedisAsync();
        await using var service = await Service.StartAsync(("MaskApi:Annotations:Redis", $"127.0.0.1:{_port}"));
        using var client = service.CreateClient();
        var link = await LinkAsync(client);
        Assert.NotNull(link);

        await StopRedisAsync();
        var watch = Stopwatch.StartNew();
        Assert.Null(await LinkAsync(client));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        using var gone = await client.GetAsync(new Uri(link), _token);
        await gone.ProblemAsync(HttpStatusCode.NotFound, "annotation_not_found");

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
    public async Task A_store_that_was_never_there_does_not_hinder_the_start()
    {
        await using var service = await Service.StartAsync(("MaskApi:Annotations:Redis", $"127.0.0.1:{_port}"));
        using var client = service.CreateClient();
        Assert.Null(await LinkAsync(client));
    }

    [Fact]
    public async Task A_store_that_says_nothing_is_not_waited_for_longer_than_set()
    {
        using var silent = new TcpListener(IPAddress.Loopback, _port);
        silent.Start();
        await using var store = Store(TimeSpan.FromSeconds(1));
        var watch = Stopwatch.StartNew();
        Assert.False(await store.TryPutAsync("id", _record, _token));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.5, 2);
    }

    /// <summary>Stopped, not ended: the connection stays open, and nothing comes over it.</summary>
    [Fact]
    public async Task A_store_that_stops_answering_costs_no_more_than_set()
    {
        await StartRedisAsync();
        await using var store = Store(TimeSpan.FromSeconds(1));
        Assert.True(await store.TryPutAsync("id", _record, _token));
        Signal("-STOP");
        for (var i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            Assert.False(await store.TryPutAsync("id", _record, _token));
            Assert.Null(await store.GetAsync("id", _token));
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 4);
        }
    }

    /// <summary>The client of Redis would give up by itself after five seconds.</summary>
    [Fact]
    public async Task A_slow_store_is_waited_for_as_long_as_set()
    {
        await StartRedisAsync();
        await using var store = Store(TimeSpan.FromSeconds(25));
        Assert.True(await store.TryPutAsync("id", _record, _token));
        Signal("-STOP");
        var kept = store.TryPutAsync("id", _record, _token).AsTask();
        await Task.Delay(TimeSpan.FromSeconds(7), _token);
        Signal("-CONT");
        Assert.True(await kept);
    }

    [Fact]
    public async Task While_the_connection_is_away_nothing_is_waited_for()
    {
        await StartRedisAsync();
        await using var store = Store(TimeSpan.FromSeconds(25));
        Assert.True(await store.TryPutAsync("id", _record, _token));
        await StopRedisAsync();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 3; i++)
        {
            Assert.False(await store.TryPutAsync("id", _record, _token));
        }

        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task An_outage_is_logged_once_and_so_is_its_end()
    {
        await using var process = ServiceProcess.Start(("MaskApi:Annotations:Redis", $"127.0.0.1:{_port}"));
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
        await process.LineAsync("Redis is reached again");
        Assert.Single(process.Lines, static line => line.Contains("Redis cannot be reached", StringComparison.Ordinal));
        Assert.Single(process.Lines, static line => line.Contains("Redis is reached again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Records_expire_in_the_store_itself()
    {
        await StartRedisAsync();
        await using var service = await Service.StartAsync(
            ("MaskApi:Annotations:Redis", $"127.0.0.1:{_port}"), ("MaskApi:Annotations:TimeToLive", "00:00:01"));
        using var client = service.CreateClient();
        var link = new Uri((await LinkAsync(client))!);
        await Task.Delay(1500, _token);
        using var response = await client.GetAsync(link, _token);
        await response.ProblemAsync(HttpStatusCode.NotFound, "annotation_not_found");
    }

    public async ValueTask DisposeAsync()
    {
        await StopRedisAsync();
    }

    private RedisAnnotationStore Store(TimeSpan timeout) => new(
        new AnnotationOptions { Redis = $"127.0.0.1:{_port}", RedisTimeout = timeout }, _budget, NullLogger<RedisAnnotationStore>.Instance);

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
