using System.Buffers;
using System.Globalization;
using MaskApi.Admission;
using MaskApi.Contracts;
using MaskApi.Detections;
using MaskApi.Observability;
using MaskApi.Uploads;
using MaskApi.Vision;
using MaskApi.Vision.Imaging;

namespace MaskApi.Annotations;

/// <summary>Finds faces and draws them.</summary>
internal sealed class AnnotationService(
    PictureWorker worker, UploadBudget budget, Telemetry telemetry, AnnotationOptions options, TimeProvider time)
{
    /// <summary>Headers with the counts beside the picture.</summary>
    public static IReadOnlyDictionary<string, Func<FaceSummary, int>> CountHeaders { get; } =
        new OrderedDictionary<string, Func<FaceSummary, int>>(Verdicts.All
            .Select(static verdict =>
                KeyValuePair.Create<string, Func<FaceSummary, int>>(verdict.Header, summary => summary.Count(verdict.Label)))
            .Prepend(new("X-Faces", static summary => summary.Faces)));

    /// <summary>Finds the faces of a picture and draws them.</summary>
    public async Task<PictureResult> AnnotateAsync(
        HttpContext context,
        ReadOnlyMemory<byte> picture,
        AnalysisParameters parameters,
        OutputPicture output,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (analysis, drawn) = await worker.RunAsync(picture, output.Preferred, Annotate, batchLimiter: null, cancellationToken);
        var summary = analysis.Faces.Summarize(parameters.MinConfidence) with { Found = analysis.Found };
        RequestFacts.Report(context, summary, analysis.Timings.ToTimings(time.GetElapsedTime(started)));
        telemetry.CountAnalysis(analysis.Timings, summary);
        return Answer(context, summary, drawn);

        (FaceAnalysis Analysis, Drawn Drawn) Annotate(FacePipeline pipeline, ImageFile opened, CancellationToken token)
        {
            return WithPlace(picture, opened.Header, output, share =>
            {
                var analysis = pipeline.Analyze(opened, parameters.Options, out var raster, token);
                using (raster)
                {
                    return (analysis, Draw(raster, analysis.Faces, parameters.MinConfidence, output, share, token));
                }
            });
        }
    }

    /// <summary>Draws what was found earlier.</summary>
    public async Task<PictureResult> DrawAsync(
        HttpContext context, AnnotationRecord record, OutputPicture output, CancellationToken cancellationToken)
    {
        var drawn = await worker.RunAsync(record.Picture, output.Preferred, Redraw, batchLimiter: null, cancellationToken);

        // The same address always shows the same picture, but only to whoever was given it.
        context.Response.Headers.CacheControl = "private, max-age=60";
        return Answer(context, record.Faces.Summarize(record.MinConfidence), drawn);

        Drawn Redraw(FacePipeline pipeline, ImageFile opened, CancellationToken token) =>
            WithPlace(record.Picture, opened.Header, output, share =>
            {
                using var raster = opened.Decode(token);
                return Draw(raster, record.Faces, record.MinConfidence, output, share, token);
            });
    }

    /// <summary>Reserves memory for the largest possible file before any work, so nothing is drawn that could not be sent.</summary>
    private T WithPlace<T>(ReadOnlyMemory<byte> picture, ImageHeader header, OutputPicture output, Func<UploadBudget.Share, T> work)
    {
        // PeakBytesPerPixel counts two copies of the file, of which one is kept.
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

    private Drawn Draw(
        Raster raster,
        IReadOnlyList<FaceVerdict> faces,
        float minConfidence,
        OutputPicture output,
        UploadBudget.Share share,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var format = output.For(raster);
        AnnotationRenderer.Draw(raster, faces, minConfidence, output.Redaction ?? options.Redact);
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