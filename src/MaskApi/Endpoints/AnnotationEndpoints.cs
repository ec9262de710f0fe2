using System.Diagnostics;
using System.Globalization;
using MaskApi.Contracts;
using MaskApi.Hosting;
using MaskApi.Hosting.Options;
using MaskApi.Uploads;
using MaskApi.Vision;
using MaskApi.Vision.Imaging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MaskApi.Endpoints;

/// <summary>A picture in, the picture with its faces marked out.</summary>
internal static class AnnotationEndpoints
{
    /// <summary>Headers that tell the counts beside the picture.</summary>
    public static IReadOnlyList<string> CountHeaders { get; } = ["X-Faces", "X-With-Mask", "X-Without-Mask", "X-Uncertain"];

    /// <summary>Maps <c>/annotations</c>.</summary>
    public static void MapAnnotations(this IEndpointRouteBuilder api)
    {
        api.MapPost("/annotations", AnnotateAsync)
            .WithName("annotatePicture")
            .WithTags("Annotations")
            .WithSummary("Draws a box around every face: green with a mask, red without, amber where uncertain.")
            .WithDescription("Takes the picture in the same ways as `/v1/detections`. The answer is upright and carries no metadata.")
            .TakesPicture()
            .TakesQuery(AnalysisParameters.Parameters)
            .TakesQuery(OutputPicture.Parameters)
            .AnswersPicture()
            .MayFailOnPicture();
    }

    private static async Task<FileContentHttpResult> AnnotateAsync(
        AnalysisParameters parameters,
        OutputPicture output,
        HttpContext context,
        PictureReader reader,
        PictureWorker worker,
        LimitOptions limits,
        CancellationToken cancellationToken)
    {
        worker.ThrowIfUnavailable();
        using var picture = await reader.ReadAsync(context.Request, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var (analysis, bytes) = await worker.RunAsync(picture.Bytes, Annotate, cancellationToken);
        var summary = analysis.Faces.Summarize(parameters.MinConfidence);
        DetectionEndpoints.Report(context, summary, DetectionEndpoints.ToTimings(analysis.Timings, Stopwatch.GetElapsedTime(started)));
        SetCounts(context.Response, summary);
        return TypedResults.File(bytes, output.MediaType);

        (FaceAnalysis Analysis, byte[] Bytes) Annotate(FacePipeline pipeline, CancellationToken token)
        {
            var decoding = Stopwatch.GetTimestamp();
            using var raster = ImageDecoder.Decode(picture.Bytes, limits.Decode, token);
            var decoded = Stopwatch.GetElapsedTime(decoding);
            var found = pipeline.Analyze(raster, parameters.Options, token);
            token.ThrowIfCancellationRequested();
            AnnotationRenderer.Draw(raster, found.Faces, parameters.MinConfidence);
            token.ThrowIfCancellationRequested();
            var timings = found.Timings with { DecodeMs = decoded.TotalMilliseconds };
            return (found with { Timings = timings }, ImageEncoder.Encode(raster, output.Format));
        }
    }

    private static void SetCounts(HttpResponse response, FaceSummary summary)
    {
        int[] counts = [summary.Faces, summary.WithMask, summary.WithoutMask, summary.Uncertain];
        foreach (var (header, count) in CountHeaders.Zip(counts))
        {
            response.Headers[header] = count.ToString(CultureInfo.InvariantCulture);
        }
    }
}
