using System.Diagnostics;
using MaskApi.Contracts;
using MaskApi.Hosting;
using MaskApi.Uploads;
using MaskApi.Vision;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MaskApi.Endpoints;

/// <summary>A picture in, verdicts out.</summary>
internal static class DetectionEndpoints
{
    /// <summary>Maps <c>/detections</c>.</summary>
    public static void MapDetections(this IEndpointRouteBuilder api)
    {
        api.MapPost("/detections", DetectAsync)
            .WithName("detectFaces")
            .WithTags("Detections")
            .WithSummary("Finds every face in a picture and tells whether it wears a mask.")
            .WithDescription("Send the picture as the body, as the file field `image` of a form, or as base64 in JSON. No face is a success with an empty list.")
            .AddEndpointFilter(Accept.RequireJsonAsync)
            .TakesPicture()
            .TakesQuery(AnalysisParameters.Parameters)
            .MayFailOnPicture();
    }

    private static async Task<Ok<Detection>> DetectAsync(
        AnalysisParameters parameters,
        HttpContext context,
        PictureReader reader,
        PictureWorker worker,
        CancellationToken cancellationToken)
    {
        worker.ThrowIfUnavailable();
        using var picture = await reader.ReadAsync(context.Request, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var analysis = await worker.RunAsync(
            picture.Bytes, (pipeline, token) => pipeline.Analyze(picture.Bytes, parameters.Options, token), cancellationToken);
        var detection = Describe(analysis, parameters, Stopwatch.GetElapsedTime(started));
        Report(context, detection.Summary, detection.Timings);
        return TypedResults.Ok(detection);
    }

    /// <summary>What the contract says of an analysis.</summary>
    internal static Detection Describe(FaceAnalysis analysis, AnalysisParameters parameters, TimeSpan total)
    {
        var faces = new Face[analysis.Faces.Count];
        for (var i = 0; i < faces.Length; i++)
        {
            faces[i] = analysis.Faces[i].ToFace(analysis.Width, analysis.Height, parameters.MinConfidence, parameters.Landmarks);
        }

        return new Detection
        {
            Image = new ImageFacts(analysis.Width, analysis.Height, analysis.Format.Name()),
            Faces = faces,
            Summary = analysis.Faces.Summarize(parameters.MinConfidence),
            Timings = ToTimings(analysis.Timings, total),
        };
    }

    /// <summary>Timings in tenths of a millisecond.</summary>
    internal static Timings ToTimings(StageTimings stages, TimeSpan total) => new(
        Math.Round(stages.DecodeMs, 1), Math.Round(stages.DetectMs, 1), Math.Round(stages.ClassifyMs, 1), Math.Round(total.TotalMilliseconds, 1));

    /// <summary>Tells the request log, and the caller's tools by Server-Timing, what the work was.</summary>
    internal static void Report(HttpContext context, FaceSummary summary, Timings timings)
    {
        var facts = RequestFacts.Of(context);
        facts.Summary = summary;
        facts.Timings = timings;
        context.Response.Headers["Server-Timing"] = FormattableString.Invariant(
            $"decode;dur={timings.DecodeMs}, detect;dur={timings.DetectMs}, classify;dur={timings.ClassifyMs}, total;dur={timings.TotalMs}");
    }
}
