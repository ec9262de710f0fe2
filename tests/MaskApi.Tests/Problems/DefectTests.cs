using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MaskApi.Annotations;
using MaskApi.Detections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace MaskApi.Tests.Problems;

/// <summary>Failures that are nobody's picture's fault.</summary>
public sealed class DefectTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_defect_is_an_internal_error_that_tells_nothing_but_where_to_look()
    {
        await using var service = new Service(
            [], static services => services.Replace(ServiceDescriptor.Singleton<IAnnotationStore, BrokenStore>()));
        await service.ReadyAsync();
        using var client = service.CreateClient();

        using var response = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        await response.ProblemAsync(HttpStatusCode.InternalServerError, "internal_error");
        var text = await response.Content.ReadAsStringAsync(_token);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", text, StringComparison.Ordinal);

        // In a batch it is that picture's answer, and the batch is a success.
        using var batch = await client.PostAsync("/v1/detections/batch", Http.Form(Pictures.Astronaut, "images"), _token);
        var result = Assert.Single((await batch.JsonAsync()).GetProperty("results").EnumerateArray());
        Assert.Equal(500, result.GetProperty("status").GetInt32());
        Assert.Equal("internal_error", result.GetProperty("problem").GetProperty("code").GetString());

        // And the service goes on.
        using var health = await client.GetAsync("/health/ready", _token);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task A_defect_is_logged_as_an_error_with_its_trace()
    {
        var log = new Log();
        await using var service = new Service([], services => services
            .Replace(ServiceDescriptor.Singleton<IAnnotationStore, BrokenStore>())
            .AddSerilog((_, logging) => logging.WriteTo.Sink(log), preserveStaticLogger: true));
        await service.ReadyAsync();
        using var client = service.CreateClient();

        // The defect and the request's own line.
        using var response = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        var problem = await response.ProblemAsync(HttpStatusCode.InternalServerError, "internal_error");
        await log.ErrorsAsync(2);
        Assert.Equal(["InvalidOperationException", null], log.Errors.Select(static line => line.Exception?.GetType().Name));
        Assert.All(log.Errors, line => Assert.Equal(problem.GetProperty("traceId").GetString(), $"{line.TraceId}"));

        // The batch is a success, its picture a defect.
        using var batch = await client.PostAsync("/v1/detections/batch", Http.Form(Pictures.Astronaut, "images"), _token);
        var result = Assert.Single((await batch.JsonAsync()).GetProperty("results").EnumerateArray());
        await log.ErrorsAsync(3);
        var ofPicture = log.Errors[^1];
        Assert.IsType<InvalidOperationException>(ofPicture.Exception);
        Assert.Equal(result.GetProperty("problem").GetProperty("traceId").GetString(), $"{ofPicture.TraceId}");
    }

    /// <summary>
    /// Found by the soak: the body's early end was noticed before its sender was known to be gone, and logged as a defect.
    /// </summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_caller_who_leaves_while_sending_is_no_defect()
    {
        await using var process = ServiceProcess.Start();
        using var client = await process.ReadyAsync();
        for (var i = 0; i < 50; i++)
        {
            // In order, and not: what the network tells when a phone loses it.
            using var socket = new TcpClient { LingerState = new LingerOption(i % 2 == 0, 0) };
            await socket.ConnectAsync(IPAddress.Loopback, client.BaseAddress!.Port, _token);
            var request = $"POST /v1/detections HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Pictures.Astronaut.Length}\r\n\r\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), _token);
            await socket.GetStream().WriteAsync(Pictures.Astronaut.AsMemory(0, i * 1000), _token);
        }

        process.Terminate();
        Assert.Equal(0, await process.ExitAsync());
        Assert.DoesNotContain(process.Lines, static line => line.Contains(" ERR ", StringComparison.Ordinal));
        Assert.Contains(process.Lines, static line => line.Contains("client_left", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_collector_that_is_not_there_does_not_hinder_the_work()
    {
        await using var service = await Service.StartAsync(("MaskApi:Telemetry:OtlpEndpoint", "http://127.0.0.1:1"));
        using var client = service.CreateClient();
        using var response = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private sealed class Log : ILogEventSink
    {
        private readonly ConcurrentQueue<LogEvent> _lines = [];

        public IReadOnlyList<LogEvent> Errors => [.. _lines.Where(static line => line.Level == LogEventLevel.Error)];

        public void Emit(LogEvent logEvent) => _lines.Enqueue(logEvent);

        /// <summary>Waits for this many: the line of a request is written when its answer is gone.</summary>
        public async Task ErrorsAsync(int count)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_token);
            patience.CancelAfter(TimeSpan.FromSeconds(20));
            while (Errors.Count < count)
            {
                await Task.Delay(5, patience.Token);
            }
        }
    }

    private sealed class BrokenStore : IAnnotationStore
    {
        public ValueTask<bool> TryPutAsync(string id, AnnotationRecord record, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("secret of the house");

        public ValueTask<IMemoryOwner<byte>?> GetAsync(string id, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("secret of the house");
    }
}
