using System.Globalization;
using MaskApi.Admission;
using MaskApi.Annotations;
using MaskApi.Contracts;
using MaskApi.Fetching;
using MaskApi.Http;
using MaskApi.Models;
using MaskApi.Observability;
using MaskApi.OpenApi;
using MaskApi.Problems;
using MaskApi.Security;
using MaskApi.Uploads;
using MaskApi.Vision;
using MaskApi.Vision.Inference;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MaskApi.Info;

/// <summary>Describes the running service and its health.</summary>
internal static class InfoEndpoints
{
    /// <summary>Maps <c>/info</c>.</summary>
    public static void MapInfo(this IEndpointRouteBuilder api)
    {
        api.MapGet("/info", GetInfo)
            .WithName("getInfo")
            .WithTags("Service")
            .WithSummary("Version, models, execution provider, limits and whether faces are redacted.")
            .AddEndpointFilter(Accept.RequireJsonAsync)
            .MayFail(
                ProblemKinds.Unauthorized,
                ProblemKinds.NotAcceptable,
                ProblemKinds.RateLimited,
                ProblemKinds.InternalError,
                ProblemKinds.NotReady,
                ProblemKinds.Draining);
    }

    /// <summary>Maps <c>/health</c>, outside the versioned API.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/health").WithTags("Service");
        group.MapGet("/live", static () => TypedResults.Ok(new Health("live")))
            .WithName("getLiveness")
            .WithSummary("Whether the process is alive.");
        group.MapGet("/ready", GetReadiness)
            .WithName("getReadiness")
            .WithSummary("Whether the service takes pictures: the models are loaded and warmed, and it is not draining.")
            .Produces<Health>()
            .Produces<Health>(StatusCodes.Status503ServiceUnavailable);
        if (app.ServiceProvider.GetRequiredService<KeyOptions>().OpenHealth)
        {
            group.AllowAnonymous();
        }
    }

    /// <summary>Maps <c>/metrics</c>, if Prometheus is enabled.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder app)
    {
        if (!app.ServiceProvider.GetRequiredService<TelemetryOptions>().Prometheus)
        {
            return;
        }

        // The endpoint itself answers any method.
        var metrics = app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new HttpMethodMetadata([HttpMethods.Get]));
        if (app.ServiceProvider.GetRequiredService<KeyOptions>().OpenMetrics)
        {
            metrics.AllowAnonymous();
        }
    }

    private static Ok<ServiceInfo> GetInfo(ModelHost host, LimitOptions limits, RemoteOptions remote, AnnotationOptions annotations)
    {
        return TypedResults.Ok(new ServiceInfo
        {
            Version = ServiceVersion.Number,
            SourceRevision = ServiceVersion.SourceRevision,
            Models = [.. host.Pipeline.Models.Select(Describe)],
            ExecutionProvider = host.ExecutionProvider.ToString().ToLowerInvariant(),
            Redact = annotations.Redact.ToString().ToLowerInvariant(),
            Limits = new Limits(
                limits.MaxImageBytes, limits.MaxPixels, limits.MinSide, limits.MaxBatchImages, limits.MaxBatchBytes, remote.Enabled),
        });
    }

    private static Model Describe(ModelInfo model) => new(model.Name, model.File, model.Sha256, model.InputSize, model.Metadata)
    {
        Classes = model.Classes.Count == 0 ? null : [.. model.Classes.Select(static label => Verdicts.Of(label).Name)],
        Temperatures = model.Classes.Count == 0 ? null : Temperatures(model.Metadata),
    };

    private static Dictionary<string, float> Temperatures(IReadOnlyDictionary<string, string> metadata)
    {
        var temperatures = new Dictionary<string, float>();
        foreach (var (key, value) in metadata)
        {
            if (key.EndsWith("temperature", StringComparison.Ordinal)
                && float.TryParse(value, CultureInfo.InvariantCulture, out var temperature))
            {
                temperatures[key] = temperature;
            }
        }

        return temperatures;
    }

    private static JsonHttpResult<Health> GetReadiness(ModelHost host, Drain drain)
    {
        var status = drain.IsDraining ? "draining" : host.IsLoaded ? "ready" : "not_ready";
        return TypedResults.Json(
            new Health(status),
            MaskApiJson.Wire.Health,
            statusCode: status == "ready" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
