using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaskApi.Admission;
using MaskApi.Contracts;
using MaskApi.Observability;
using MaskApi.Tests.Security;
using MaskApi.Uploads;
using MaskApi.Vision;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Events;

namespace MaskApi.Tests.Observability;

public sealed class ObservabilityTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    /// <summary>In its own process, because a meter is visible to every listener in the process.</summary>
    [Fact]
    public async Task Metrics_count_requests_faces_stages_and_refusals()
    {
        await using var process = ServiceProcess.Start();
        using var client = await process.ReadyAsync();
        using var detected = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        using var annotated = await client.PostAsync("/v1/annotations?minConfidence=1", Http.Raw(Pictures.Astronaut), _token);
        using var refused = await client.PostAsync("/v1/detections", Http.Raw("text"u8.ToArray()), _token);
        using var batch = await client.PostAsync("/v1/detections/batch", Http.Form("text"u8.ToArray(), "images"), _token);

        using var response = await client.GetAsync("/metrics", _token);
        var lines = (await response.Content.ReadAsStringAsync(_token)).Split('\n');
        Assert.Equal("1", Value("maskapi_requests_total", "code=\"ok\"", "route=\"/v1/detections\"", "status=\"200\""));
        Assert.Equal("1", Value("maskapi_requests_total", "code=\"unsupported_media_type\"", "route=\"/v1/detections\"", "status=\"415\""));
        Assert.Equal("1", Value("maskapi_batch_refusals_total", "code=\"unsupported_media_type\""));
        Assert.Equal("1", Value("maskapi_faces_total", "label=\"without_mask\""));
        Assert.Equal("1", Value("maskapi_faces_total", "label=\"uncertain\""));
        foreach (var stage in new[] { "wait", "decode", "detect", "classify" })
        {
            Assert.Equal("2", Value("maskapi_stage_duration_seconds_count", $"stage=\"{stage}\""));
        }

        Assert.Equal(
            ["0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "+Inf"],
            lines.Where(static line => line.StartsWith("maskapi_stage_duration_seconds_bucket{", StringComparison.Ordinal)
                    && line.Contains("stage=\"detect\"", StringComparison.Ordinal))
                .Select(static line => line.Split("le=\"")[1].Split('"')[0]));
        Assert.All([detected, annotated], static answer => Assert.Matches(
            @"^decode;dur=(?!0,)[\d.]+, detect;dur=(?!0,)[\d.]+, classify;dur=(?!0,)[\d.]+, total;dur=[\d.]+$",
            Assert.Single(answer.Headers.GetValues("Server-Timing"))));
        Assert.Equal("0", Value("maskapi_queue_length"));
        Assert.Equal("0", Value("maskapi_places_used"));
        Assert.Equal("0", Value("maskapi_uploads_bytes"));

        string? Value(string name, params string[] labels)
        {
            var line = lines.FirstOrDefault(line => line.StartsWith(name + "{", StringComparison.Ordinal)
                && labels.All(label => line.Contains(label, StringComparison.Ordinal)));
            return line?.Split(' ')[^1];
        }
    }

    [Fact]
    public async Task A_request_whose_response_is_aborted_is_counted()
    {
        await using var provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = provider.GetRequiredService<IMeterFactory>();
        var options = new AdmissionOptions { Concurrency = 1, QueueLength = 1 };
        using var gate = new AdmissionGate(options, TimeProvider.System);
        using var telemetry = new Telemetry(factory, gate, new UploadBudget(options));
        var counted = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == factory && !instrument.IsObservable)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => counted.Add(instrument.Name));
        listener.Start();
        var middleware = new TelemetryMiddleware(static _ => throw new IOException("broken off"), telemetry);
        await Assert.ThrowsAsync<IOException>(() => middleware.InvokeAsync(new DefaultHttpContext()));
        Assert.Equal(["maskapi.requests"], counted);
    }

    /// <summary>Uses its own meter scope, because other instruments of the same name are active in this process.</summary>
    [Fact]
    public async Task Gauges_and_counters_have_the_right_values()
    {
        await using var provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = provider.GetRequiredService<IMeterFactory>();
        var options = new AdmissionOptions { Concurrency = 2, QueueLength = 1 };
        using var gate = new AdmissionGate(options, TimeProvider.System);
        var budget = new UploadBudget(options);
        using var telemetry = new Telemetry(factory, gate, budget);
        var measured = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == factory)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        var first = await gate.EnterAsync(1, null, _token);
        using var second = await gate.EnterAsync(1, null, _token);
        var waiting = gate.EnterAsync(1, null, _token).AsTask();
        using var upload = budget.Take(3 * 4096);
        listener.RecordObservableInstruments();
        first.Dispose();
        (await waiting).Dispose();
        telemetry.CountAnalysis(new StageTimings(1000, 2000, 3000), new FaceSummary(10, 1, 2, 3, 4));
        Assert.Equal(
            [
                "maskapi.queue.length 1",
                "maskapi.places.used 2",
                "maskapi.uploads.bytes 12288",
                "maskapi.faces with_mask 1",
                "maskapi.faces without_mask 2",
                "maskapi.faces incorrectly_worn 3",
                "maskapi.faces uncertain 4",
                "maskapi.stage.duration decode 1",
                "maskapi.stage.duration detect 2",
                "maskapi.stage.duration classify 3",
            ],
            measured);

        void Add(Instrument instrument, object value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => measured.Add(
            string.Join(' ', [instrument.Name, .. tags.ToArray().Select(static tag => tag.Value), value]));
    }

    [Fact]
    public async Task Metrics_can_be_turned_off()
    {
        await using var service = await Service.StartAsync(("MaskApi:Telemetry:Prometheus", "false"));
        using var client = service.CreateClient();
        using var response = await client.GetAsync("/metrics", _token);
        await response.ProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    /// <summary>Reads the log that a separate process writes.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task The_log_has_one_line_per_request_and_nothing_private()
    {
        await using var process = ServiceProcess.Start(
            ("MaskApi:Log:Format", "Json"), ("MaskApi:Remote:Enabled", "true"), ("MaskApi:Keys:Values:0", KeyFixture.First));
        using var client = await process.ReadyAsync();
        client.DefaultRequestHeaders.Add("X-API-Key", KeyFixture.First);

        using var detected = await client.PostAsync("/v1/detections", Http.Form(Pictures.Astronaut), _token);
        var link = new Uri((await detected.JsonAsync()).GetProperty("annotatedImageUrl").GetString()!);
        using var linked = await client.GetAsync(link.AbsolutePath, _token);
        using var two = new MultipartFormDataContent
        {
            { Http.Raw(Pictures.Astronaut), "images", "secret-name.jpg" },
            { Http.Raw(Pictures.Astronaut), "images", "secret-name.jpg" },
        };
        using var batch = await client.PostAsync("/v1/detections/batch", two, _token);
        var address = Uri.EscapeDataString("https://127.0.0.1/secret-path?sig=secret-signature");
        using var remote = await client.GetAsync($"/v1/annotations?imageUrl={address}", _token);
        using var refused = await client.PostAsync("/v1/detections?maxFaces=secret-parameter", Http.Form(Pictures.Astronaut), _token);
        using var missing = await client.GetAsync("/secret-path", _token);
        using var broken = await client.PostAsync("/v1/detections", Http.Raw("secret-bytes"u8.ToArray()), _token);
        using var annotated = await client.PostAsync("/v1/annotations", Http.Form(Pictures.Astronaut), _token);
        process.Terminate();
        Assert.Equal(0, await process.ExitAsync());

        var log = string.Join('\n', process.Lines);
        Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
        Assert.DoesNotContain(KeyFixture.First, log, StringComparison.Ordinal);
        Assert.DoesNotContain(link.Segments[^1], log, StringComparison.Ordinal);

        var requests = process.Lines.Select(static line => JsonElement.Parse(line))
            .Where(static line => line.TryGetProperty("Route", out _)).ToList();
        Assert.Equal(
            [
                "/v1/detections",
                "/v1/annotations/{id}",
                "/v1/detections/batch",
                "/v1/annotations",
                "/v1/detections",
                "(none)",
                "/v1/detections",
                "/v1/annotations",
            ],
            requests.Select(static line => line.GetProperty("Route").GetString()));
        Assert.Equal(
            ["ok", "ok", "ok", "url_not_allowed", "invalid_parameter", "not_found", "unsupported_media_type", "ok"],
            requests.Select(static line => line.GetProperty("Code").GetString()));
        Assert.Equal([200, 200, 200, 403, 400, 404, 415, 200], requests.Select(static line => line.GetProperty("StatusCode").GetInt32()));
        var first = requests[0];
        var caller = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(KeyFixture.First)).AsSpan(0, 4));
        Assert.Equal(1, first.GetProperty("Faces").GetInt32());
        Assert.Equal(Assert.Single(detected.Headers.GetValues("X-Request-Id")), first.GetProperty("RequestId").GetString());
        Assert.All(
            [first, requests[1], requests[7]],
            static line => Assert.Equal("faces 1: 0 with, 1 without, 0 wrong, 0 uncertain", Labels(line)));
        Assert.Equal("faces 2: 0 with, 2 without, 0 wrong, 0 uncertain", Labels(requests[2]));
        Assert.All(requests, line => Assert.Equal(caller, line.GetProperty("Caller").GetString()));
        Assert.Equal(
            (await refused.ProblemAsync(HttpStatusCode.BadRequest, "invalid_parameter")).GetProperty("traceId").GetString(),
            requests[4].GetProperty("TraceId").GetString());
        foreach (var timing in new[] { "Elapsed", "DecodeMs", "DetectMs", "ClassifyMs" })
        {
            Assert.True(first.GetProperty(timing).GetDouble() >= 0);
        }

        // Only what applies: no faces or timings for requests without analysis.
        Assert.EndsWith(" ms, faces 1", first.GetProperty("@m").GetString(), StringComparison.Ordinal);
        var nothing = requests[5];
        Assert.EndsWith(" ms", nothing.GetProperty("@m").GetString(), StringComparison.Ordinal);
        foreach (var absent in new[] { "Faces", "WithMask", "DecodeMs" })
        {
            Assert.False(nothing.TryGetProperty(absent, out _));
        }

        Assert.DoesNotContain("null", log, StringComparison.Ordinal);

        static string Labels(JsonElement line) => $"faces {line.GetProperty("Faces")}: {line.GetProperty("WithMask")} with, "
            + $"{line.GetProperty("WithoutMask")} without, {line.GetProperty("IncorrectlyWorn")} wrong, "
            + $"{line.GetProperty("Uncertain")} uncertain";
    }

    [Theory]
    [InlineData("Debug", LogEventLevel.Debug, LogEventLevel.Warning)]
    [InlineData("Error", LogEventLevel.Error, LogEventLevel.Error)]
    public async Task The_configured_level_applies_and_the_framework_is_quiet(
        string level, LogEventLevel own, LogEventLevel framework)
    {
        await using var service = await Service.StartAsync(("MaskApi:Log:Level", level));
        var logger = service.Services.GetRequiredService<Serilog.ILogger>();
        Assert.Equal(own, MinLevel(logger));
        var routing = logger.ForContext(Serilog.Core.Constants.SourceContextPropertyName, "Microsoft.AspNetCore.Routing");
        Assert.Equal(framework, MinLevel(routing));

        static LogEventLevel MinLevel(Serilog.ILogger logger) => Enum.GetValues<LogEventLevel>().First(logger.IsEnabled);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Tracing_follows_the_configured_ratio()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var process = ServiceProcess.Start(
            ("MaskApi:Telemetry:OtlpEndpoint", collector.Address), ("MaskApi:Telemetry:TraceRatio", "0"));
        using var client = await process.ReadyAsync();

        // An HTTP client in .NET sends its own trace context, and the service honors a caller's sampling decision.
        using var plain = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = client.BaseAddress };
        using var detected = await plain.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        Assert.Equal(HttpStatusCode.OK, detected.StatusCode);
        process.Terminate();
        Assert.Equal(0, await process.ExitAsync());
        Assert.Contains("maskapi.requests", collector.Metrics);
        Assert.Empty(collector.Spans);
    }

    /// <summary>A collector gets, as OTLP over gRPC, spans of one trace and the metrics, but nothing private.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Traces_and_metrics_reach_a_collector()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var process = ServiceProcess.Start(("MaskApi:Telemetry:OtlpEndpoint", collector.Address));
        using var client = await process.ReadyAsync();
        using var detected = await client.PostAsync("/v1/detections?maxFaces=77", Http.Raw(Pictures.Astronaut), _token);
        var link = new Uri((await detected.JsonAsync()).GetProperty("annotatedImageUrl").GetString()!);
        using var linked = await client.GetAsync(link.AbsolutePath + "?format=jpeg", _token);

        // The rest is flushed at shutdown.
        process.Terminate();
        Assert.Equal(0, await process.ExitAsync());

        var request = Assert.Single(collector.Spans, static span => span.Name == "POST /v1/detections");
        Assert.Equal("MaskApi", request.Service);
        Assert.Equal("/v1/detections", request.Attributes["url.path"]);
        Assert.DoesNotContain(collector.Spans, static span => span.Name.Contains("health", StringComparison.Ordinal));
        var parts = collector.Spans.Where(span => span.Trace == request.Trace && span.Parent == request.Id);
        Assert.Equal(["wait", "work"], parts.Select(static span => span.Name).Order());
        Assert.Contains(collector.Spans, static span => span.Name == "GET /v1/annotations/{id}");
        Assert.All(collector.Spans, span =>
        {
            Assert.DoesNotContain("url.query", span.Attributes.Keys);
            Assert.DoesNotContain(span.Attributes.Values, value => value.Contains(link.Segments[^1], StringComparison.Ordinal));
        });
        foreach (var metric in new[] { "maskapi.requests", "maskapi.faces", "maskapi.stage.duration" })
        {
            Assert.Contains(metric, collector.Metrics);
        }
    }
}
