using System.Diagnostics;
using System.Diagnostics.Metrics;
using MaskApi.Admission;
using MaskApi.Contracts;
using MaskApi.Info;
using MaskApi.Uploads;
using MaskApi.Vision;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MaskApi.Observability;

/// <summary>The service's metrics. Names follow OpenTelemetry's conventions; durations are in seconds.</summary>
internal sealed class Telemetry : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "MaskApi";

    /// <summary>Bucket boundaries for stages: from a cheap decode to the processing timeout.</summary>
    private static readonly double[] _stageBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Counter<long> _requests;
    private readonly Counter<long> _batchRefusals;
    private readonly Counter<long> _faces;
    private readonly Histogram<double> _stages;

    /// <summary>Creates the instruments.</summary>
    public Telemetry(IMeterFactory meters, AdmissionGate gate, UploadBudget budget)
    {
        var meter = meters.Create(Name);
        _requests = meter.CreateCounter<long>("maskapi.requests", "{request}", "Requests, by route, status and problem code.");
        _batchRefusals = meter.CreateCounter<long>("maskapi.batch.refusals", "{picture}", "Refused pictures of batches, by problem code.");
        _faces = meter.CreateCounter<long>("maskapi.faces", "{face}", "Faces, by label.");
        _stages = meter.CreateHistogram<double>("maskapi.stage.duration", "s", "Time in each stage, including the wait for a place.");
        meter.CreateObservableGauge("maskapi.queue.length", () => gate.QueueLength, "{picture}", "Pictures waiting for a place.");
        meter.CreateObservableGauge("maskapi.places.used", () => gate.InWork, "{picture}", "Pictures in work.");
        meter.CreateObservableGauge(
            "maskapi.uploads.bytes", () => budget.InFlight, "By", "Bytes of pictures in memory, incoming and outgoing.");
    }

    /// <summary>Activity source of the spans.</summary>
    public ActivitySource Spans { get; } = new(Name);

    /// <summary>Counts a request.</summary>
    public void CountRequest(string route, int status, string? code) => _requests.Add(
        1, new("route", route), new("status", status), new("code", code ?? "ok"));

    /// <summary>Counts a refused picture of a batch, whose request succeeds.</summary>
    public void CountBatchRefusal(string code) => _batchRefusals.Add(1, new KeyValuePair<string, object?>("code", code));

    /// <summary>Counts the faces of a picture and records its stages.</summary>
    public void CountAnalysis(StageTimings timings, FaceSummary summary)
    {
        foreach (var verdict in Verdicts.All)
        {
            if (summary.Count(verdict.Label) is > 0 and var count)
            {
                _faces.Add(count, new KeyValuePair<string, object?>("label", verdict.Name));
            }
        }

        RecordStage("decode", timings.DecodeMs / 1000);
        RecordStage("detect", timings.DetectMs / 1000);
        RecordStage("classify", timings.ClassifyMs / 1000);
    }

    /// <summary>Records the time spent in a stage.</summary>
    public void RecordStage(string stage, double seconds) => _stages.Record(seconds, new KeyValuePair<string, object?>("stage", stage));

    /// <summary>Exports metrics and traces as configured.</summary>
    public static void AddTo(IServiceCollection services, TelemetryOptions options)
    {
        services.AddSingleton<Telemetry>();
        var telemetry = services.AddOpenTelemetry().ConfigureResource(static resource => resource
            .AddService(Name, serviceVersion: ServiceVersion.Number)
            // Last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence.
            .AddEnvironmentVariableDetector()).WithMetrics(metrics =>
        {
            metrics.AddMeter(Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddRuntimeInstrumentation()
                .AddView("maskapi.stage.duration", new ExplicitBucketHistogramConfiguration { Boundaries = _stageBounds });
            if (options.Prometheus)
            {
                metrics.AddPrometheusExporter();
            }

            if (!string.IsNullOrEmpty(options.OtlpEndpoint))
            {
                metrics.AddOtlpExporter(otlp => otlp.Endpoint = new Uri(options.OtlpEndpoint));
            }
        });
        if (!string.IsNullOrEmpty(options.OtlpEndpoint))
        {
            telemetry.WithTracing(tracing => tracing
                .AddSource(Name)
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TraceRatio)))
                .AddAspNetCoreInstrumentation(static http =>
                {
                    // Probes come every few seconds and tell nothing.
                    http.Filter = static context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal);
                    http.EnrichWithHttpResponse = static (span, response) =>
                    {
                        // Paths contain the ids of annotated pictures, which are permissions, and queries contain addresses.
                        var route = RequestLog.Route(response.HttpContext);
                        span.DisplayName = $"{response.HttpContext.Request.Method} {route}";
                        span.SetTag("url.path", route);
                        span.SetTag("http.route", route);
                        span.SetTag("url.query", null);
                    };
                })
                .AddOtlpExporter(otlp => otlp.Endpoint = new Uri(options.OtlpEndpoint)));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Spans.Dispose();
}
