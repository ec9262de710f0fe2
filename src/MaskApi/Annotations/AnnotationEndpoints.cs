using MaskApi.Admission;
using MaskApi.Detections;
using MaskApi.Fetching;
using MaskApi.Http;
using MaskApi.OpenApi;
using MaskApi.Problems;
using MaskApi.Uploads;

namespace MaskApi.Annotations;

/// <summary>A picture in, the picture with its faces marked out.</summary>
internal static class AnnotationEndpoints
{
    private static readonly TextParameter _imageUrl =
        new("imageUrl", "Address of the picture; only if the operator allows it.");

    /// <summary>Maps <c>/annotations</c>.</summary>
    public static void MapAnnotations(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/annotations").WithTags("Annotations").AddEndpointFilter(Availability.RequireAsync);
        group.MapPost("", AnnotateAsync)
            .WithName("annotatePicture")
            .WithSummary("Draws a box around every face: green with a mask, red without, orange if worn incorrectly, gray if uncertain.")
            .WithDescription("Accepts the picture in the same ways as `/v1/detections`. The response is upright and carries no metadata.")
            .TakesPicture()
            .TakesQuery(AnalysisParameters.Parameters)
            .TakesQuery(OutputPicture.Parameters)
            .AnswersPicture()
            .MayFailOnPicture();
        group.MapGet("", AnnotateRemoteAsync)
            .WithName("annotateRemotePicture")
            .WithSummary("Fetches a picture by its address and draws the same, for use as an image source.")
            .TakesQuery([_imageUrl])
            .TakesQuery(AnalysisParameters.Parameters)
            .TakesQuery(OutputPicture.Parameters)
            .AnswersPicture()
            .MayFailOnRemotePicture();
        group.MapGet("/{id}", GetAnnotationAsync)
            .WithName("getAnnotation")
            .WithSummary("The annotated picture of an earlier detection, behind its link.")
            .WithDescription("The id is the permission, so no key is required. Expires after a while.")
            .TakesQuery(OutputPicture.Parameters)
            .AnswersPicture()
            .DescribesRoute("id", "The id in the link.")
            .MayFailOnLink()
            .AllowAnonymous();
    }

    private static async Task<PictureResult> AnnotateAsync(
        AnalysisParameters parameters,
        OutputPicture output,
        HttpContext context,
        PictureReader reader,
        AnnotationService annotations,
        CancellationToken cancellationToken)
    {
        using var picture = await reader.ReadAsync(context.Request, cancellationToken);
        return await annotations.AnnotateAsync(context, picture.Bytes, parameters, output, cancellationToken);
    }

    private static async Task<PictureResult> AnnotateRemoteAsync(
        AnalysisParameters parameters,
        OutputPicture output,
        HttpContext context,
        RemotePictures remote,
        AnnotationService annotations,
        CancellationToken cancellationToken)
    {
        var query = QueryReader.Of(context);
        var address = _imageUrl.Read(query);
        query.ThrowIfInvalid();
        if (string.IsNullOrEmpty(address))
        {
            throw new ProblemException(ProblemKinds.ImageMissing, "The query has no 'imageUrl'.");
        }

        using var picture = await remote.FetchAsync(address, cancellationToken);
        return await annotations.AnnotateAsync(context, picture.Bytes, parameters, output, cancellationToken);
    }

    private static async Task<PictureResult> GetAnnotationAsync(
        string id,
        OutputPicture output,
        HttpContext context,
        AnnotationLinks links,
        AnnotationService annotations,
        CancellationToken cancellationToken)
    {
        using var stored = await links.FindAsync(id, cancellationToken);
        var record = AnnotationRecord.Parse(stored?.Memory ?? ReadOnlyMemory<byte>.Empty)
            ?? throw new ProblemException(ProblemKinds.AnnotationNotFound, ProblemKinds.AnnotationNotFound.Example);
        return await annotations.DrawAsync(context, record, output, cancellationToken);
    }
}
