using MaskApi.Admission;
using MaskApi.Contracts;
using MaskApi.Http;
using MaskApi.Observability;
using MaskApi.OpenApi;
using MaskApi.Uploads;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MaskApi.Detections;

/// <summary>Pictures in, verdicts out.</summary>
internal static class DetectionEndpoints
{
    /// <summary>Maps <c>/detections</c>.</summary>
    public static void MapDetections(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/detections")
            .WithTags("Detections")
            .AddEndpointFilter(Accept.RequireJsonAsync)
            .AddEndpointFilter(Availability.RequireAsync);
        group.MapPost("", DetectAsync)
            .WithName("detectFaces")
            .WithSummary("Finds every face in a picture and tells whether it wears a mask, and whether the mask is worn correctly.")
            .WithDescription("Send the picture as the form field `image`, as shown here. "
                + "Also accepted: the file itself as the body (`Content-Type: image/jpeg` and so on), and `application/json`: "
                + "`{\"image\": \"<base64>\"}` or `{\"imageUrl\": \"https://…\"}`, the latter only if the operator allows it. "
                + "No face is a success with an empty list.")
            .TakesPicture()
            .TakesQuery(AnalysisParameters.Parameters)
            .MayFailOnPicture();
        group.MapPost("/batch", DetectBatchAsync)
            .WithName("detectFacesInBatch")
            .WithSummary("Detects faces in several pictures.")
            .WithDescription("Send a form with the file fields `images`. The response has one entry per picture, in their order; "
                + "a bad picture fails alone.")
            .TakesPictures()
            .TakesQuery(AnalysisParameters.Parameters)
            .MayFailOnBatch();
    }

    private static async Task<Ok<Detection>> DetectAsync(
        AnalysisParameters parameters,
        HttpContext context,
        PictureReader reader,
        DetectionService detections,
        CancellationToken cancellationToken)
    {
        using var picture = await reader.ReadAsync(context.Request, cancellationToken);
        var detection = await detections.DetectAsync(context.Request, picture.Bytes, parameters, cancellationToken);
        RequestFacts.Report(context, detection.Summary, detection.Timings);
        return TypedResults.Ok(detection);
    }

    private static async Task<Ok<DetectionBatch>> DetectBatchAsync(
        AnalysisParameters parameters,
        HttpContext context,
        PictureReader reader,
        DetectionService detections,
        CancellationToken cancellationToken)
    {
        using var batch = await reader.ReadBatchAsync(context.Request, cancellationToken);
        var results = await detections.DetectAsync(context, batch, parameters, cancellationToken);
        RequestFacts.Of(context).Summary = FaceSummary.Sum(
            results.Select(static result => result.Detection?.Summary).OfType<FaceSummary>());
        return TypedResults.Ok(new DetectionBatch(results));
    }
}
