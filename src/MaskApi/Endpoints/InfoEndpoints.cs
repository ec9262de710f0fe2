using System.Reflection;
using MaskApi.Contracts;
using MaskApi.Hosting;
using MaskApi.Hosting.Options;
using MaskApi.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MaskApi.Endpoints;

/// <summary>What is running, and whether it is well.</summary>
internal static class InfoEndpoints
{
    /// <summary>Maps <c>/info</c>.</summary>
    public static void MapInfo(this IEndpointRouteBuilder api)
    {
        api.MapGet("/info", GetInfo)
            .WithName("getInfo")
            .WithTags("Service")
            .WithSummary("Tells version, models, execution provider and limits.")
            .AddEndpointFilter(Accept.RequireJsonAsync)
            .MayFail(ProblemKinds.NotAcceptable, ProblemKinds.NotReady, ProblemKinds.InternalError);
    }

    /// <summary>Maps <c>/health</c>, which stands outside the versioned API.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", static () => TypedResults.Ok(new Health("live")))
            .WithName("getLiveness")
            .WithTags("Service")
            .WithSummary("Answers as long as the process can.");
        app.MapGet("/health/ready", GetReadiness)
            .WithName("getReadiness")
            .WithTags("Service")
            .WithSummary("Tells whether pictures are taken: the models are loaded and warmed, and the service is not draining.")
            .Produces<Health>()
            .Produces<Health>(StatusCodes.Status503ServiceUnavailable);
    }

    private static Ok<ServiceInfo> GetInfo(ModelHost host, ModelOptions models, LimitOptions limits, RemoteOptions remote)
    {
        // The SDK appends the source revision to the informational version: 1.0.0+0123abc….
        var version = typeof(InfoEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');
        return TypedResults.Ok(new ServiceInfo
        {
            Version = version[0],
            SourceRevision = version.ElementAtOrDefault(1),
            Models = [.. host.Pipeline.Models.Select(static model => new Model(model.Name, model.File, model.Sha256, model.InputSize, model.Metadata))],
            ExecutionProvider = models.ExecutionProvider.ToString().ToLowerInvariant(),
            Limits = new Limits(
                limits.MaxImageBytes, limits.MaxPixels, limits.MinSide, limits.MaxBatchImages, limits.MaxBatchBytes, remote.Enabled),
        });
    }

    private static JsonHttpResult<Health> GetReadiness(ModelHost host) => host.IsLoaded
        ? TypedResults.Json(new Health("ready"), MaskApiJson.Wire.Health)
        : TypedResults.Json(new Health("not_ready"), MaskApiJson.Wire.Health, statusCode: StatusCodes.Status503ServiceUnavailable);
}
