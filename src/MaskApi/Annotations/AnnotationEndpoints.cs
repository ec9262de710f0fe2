using System.Buffers;
using System.Globalization;
using MaskApi.Admission;
using MaskApi.Contracts;
using MaskApi.Detections;
using MaskApi.Fetching;
using MaskApi.Http;
using MaskApi.Observability;
using MaskApi.OpenApi;
using MaskApi.Problems;
using MaskApi.Uploads;
using MaskApi.Vision;
using MaskApi.Vision.Imaging;

namespace MaskApi.Annotations;

/// <summary>A picture in, the picture with its faces marked out.</summary>
internal static class AnnotationEndpoints
{
    private static readonly TextParameter _imageUrl =
        new("imageUrl", "Where to fetch the picture; only where the operator allows it.");

    /// <summary>Headers that tell the counts beside the picture.</summary>
    public static IReadOnlyDictionary<string, Func<FaceSummary, int>> CountHeaders { get; } =
        new OrderedDictionary<string, Func<FaceSummary, int>>(Verdicts.All
            .Select(static verdict =>
                KeyValuePair.Create<string, Func<FaceSummary, int>>(verdict.Header, summary => summary.Count(verdict.Label)))
            .Prepend(new("X-Faces", static summary => summary.Faces)));

    /// <summary>Maps <c>/annotations</c>.</summary>
    public static void MapAnnotations(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/annotations").WithTags("Annotations").AddEndpointFilter(Availability.RequireAsync);
        group.MapPost("", AnnotateAsync)
            .WithName("annotatePicture")
            .WithSummary("Draws a box around every face: green with a mask, red without, orange where worn wrong, gray where uncertain.")
            .WithDescription("Takes the picture in the same ways as `/v1/detections`. The answer is upright and carries no metadata.")
            .TakesPicture()
            .TakesQuery(AnalysisParameters.Parameters)
            .TakesQuery(OutputPicture.Parameters)
            .AnswersPicture()
            .MayFailOnPicture();
        group.MapGet("", AnnotateRemoteAsync)
            .WithName("annotateRemotePicture")
            .WithSummary("Fetches a picture by its address and draws the same: an address for an image element.")
            .TakesQuery([_imageUrl])
            .TakesQuery(AnalysisParameters.Parameters)
            .TakesQuery(OutputPicture.Parameters)
            .AnswersPicture()
            .MayFailOnRemotePicture();
        group.MapGet("/{id}", GetAnnotationAsync)
            .WithName("getAnnotation")
            .WithSummary("The annotated picture of an earlier detection: what its link shows.")
            .WithDescription("The id is the permission; no key is asked for. Works for a while only.")
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
        Annotator annotator,
        CancellationToken cancellationToken)
    {
        using var picture = await reader.ReadAsync(context.Request, cancellationToken);
        return await annotator.AnnotateAsync(context, picture.Bytes, parameters, output, cancellationToken);
    }

    private static async Task<PictureResult> AnnotateRemoteAsync(
        AnalysisParameters parameters,
        OutputPicture output,
        HttpContext context,
        RemotePictures remote,
        Annotator annotator,
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
        return await annotator.AnnotateAsync(context, picture.Bytes, parameters, output, cancellationToken);
    }

    private static async Task<PictureResult> GetAnnotationAsync(
        string id,
        OutputPicture output,
        HttpContext context,
        AnnotationLinks links,
        Annotator annotator,
        CancellationToken cancellationToken)
    {
        using var stored = await links.FindAsync(id, cancellationToken);
        var record = AnnotationRecord.Parse(stored?.Memory ?? ReadOnlyMemory<byte>.Empty)
            ?? throw new ProblemException(ProblemKinds.AnnotationNotFound, ProblemKinds.AnnotationNotFound.Example);
        return await annotator.DrawAsync(context, record, output, cancellationToken);
    }

    /// <summary>Draws: what the endpoints have in common.</summary>
    internal sealed class Annotator(PictureWorker worker, UploadBudget budget, Telemetry telemetry, TimeProvider time)
    {
        /// <summary>Detects on a picture and draws what was found.</summary>
        public async Task<PictureResult> AnnotateAsync(
            HttpContext context,
            ReadOnlyMemory<byte> picture,
            AnalysisParameters parameters,
            OutputPicture output,
            CancellationToken cancellationToken)
        {
            var started = time.GetTimestamp();
            var (analysis, drawn) = await worker.RunAsync(picture, output.Preferred, Annotate, batch: null, cancellationToken);
            var summary = analysis.Faces.Summarize(parameters.MinConfidence) with { Found = analysis.Found };
            DetectionEndpoints.Report(context, summary, analysis.Timings.ToTimings(time.GetElapsedTime(started)));
            telemetry.CountAnalysis(analysis.Timings, summary);
            return Answer(context, summary, drawn);

            (FaceAnalysis Analysis, Drawn Drawn) Annotate(FacePipeline pipeline, ImageFile opened, CancellationToken token)
            {
                var decoding = time.GetTimestamp();
                return WithPlace(picture, opened.Header, output, share =>
                {
                    using var raster = opened.Decode(token);
                    var format = output.For(raster);
                    var decoded = time.GetElapsedTime(decoding);
                    var found = pipeline.Analyze(raster, parameters.Options, token);
                    var timings = found.Timings with { DecodeMs = decoded.TotalMilliseconds };
                    var drawn = Draw(raster, found.Faces, parameters.MinConfidence, format, share, token);
                    return (found with { Timings = timings }, drawn);
                });
            }
        }

        /// <summary>Draws what was found earlier.</summary>
        public async Task<PictureResult> DrawAsync(
            HttpContext context, AnnotationRecord record, OutputPicture output, CancellationToken cancellationToken)
        {
            var drawn = await worker.RunAsync(record.Picture, output.Preferred, Redraw, batch: null, cancellationToken);

            // The same address always shows the same picture, but only to whom it was given.
            context.Response.Headers.CacheControl = "private, max-age=60";
            return Answer(context, record.Faces.Summarize(record.MinConfidence), drawn);

            Drawn Redraw(FacePipeline pipeline, ImageFile opened, CancellationToken token) => WithPlace(record.Picture, opened.Header, output, share =>
            {
                using var raster = opened.Decode(token);
                var format = output.For(raster);
                return Draw(raster, record.Faces, record.MinConfidence, format, share, token);
            });
        }

        /// <summary>
        /// Reserves the place of the largest file that can come out, before any work is done for a file that nobody could be sent.
        /// </summary>
        private T WithPlace<T>(ReadOnlyMemory<byte> picture, ImageHeader header, OutputPicture output, Func<UploadBudget.Share, T> work)
        {
            // Encoding is counted with two copies of the file.
            var largest = header.Pixels * ImageEncoder.PeakBytesPerPixel(output.Preferred) / 2;
            var share = budget.Take(largest, beside: picture.Length);
            try
            {
                return work(share);
            }
            catch
            {
                share.Dispose();
                throw;
            }
        }

        private static Drawn Draw(
            Raster raster,
            IReadOnlyList<FaceVerdict> faces,
            float minConfidence,
            PictureFormat format,
            UploadBudget.Share share,
            CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            AnnotationRenderer.Draw(raster, faces, minConfidence);
            cancellationToken.ThrowIfCancellationRequested();
            var file = ImageEncoder.Encode(raster, format.Format);
            share.Resize(file.Memory.Length);
            return new Drawn(file, share, format);
        }

        private static PictureResult Answer(HttpContext context, FaceSummary summary, Drawn drawn)
        {
            foreach (var (header, count) in CountHeaders)
            {
                context.Response.Headers[header] = count(summary).ToString(CultureInfo.InvariantCulture);
            }

            context.Response.Headers.Vary = "Accept";
            RequestFacts.Of(context).Summary = summary;
            return new PictureResult(drawn.File, drawn.Share, drawn.Format.MediaType);
        }

        /// <summary>A file to send, with its share of the budget.</summary>
        private readonly record struct Drawn(IMemoryOwner<byte> File, UploadBudget.Share Share, PictureFormat Format);
    }
}
