using System.Threading.RateLimiting;
using MaskApi.Models;
using MaskApi.Observability;
using MaskApi.Problems;
using MaskApi.Uploads;
using MaskApi.Vision;
using MaskApi.Vision.Imaging;

namespace MaskApi.Admission;

/// <summary>Runs the work on one picture: waits for a place, opens the file there, and enforces the time limit.</summary>
internal sealed class PictureWorker(
    ModelHost models,
    AdmissionGate gate,
    LimitOptions limits,
    AdmissionOptions admission,
    Telemetry telemetry,
    TimeProvider time)
{
    /// <summary>The problem <c>not_ready</c> or <c>overloaded</c> if no more work can be done; otherwise null.</summary>
    public ProblemException? Refusal() => models.IsLoaded ? gate.Refusal() : ModelHost.NotReady();

    /// <summary>Creates the limiter for the pictures of a batch.</summary>
    public ConcurrencyLimiter CreateBatchLimiter() => gate.CreateBatchLimiter();

    /// <summary>Runs <paramref name="work"/> on a picture in a place of the gate.</summary>
    /// <typeparam name="T">The result of the work.</typeparam>
    /// <param name="encoded">The picture's bytes.</param>
    /// <param name="output">The format in which the work will draw the picture; null if it will not.</param>
    /// <param name="work">The work on the opened picture; it must check its token between steps.</param>
    /// <param name="batchLimiter">Limiter of the picture's batch, from <see cref="CreateBatchLimiter"/>; null if it came alone.</param>
    /// <param name="cancellationToken">The caller's leaving: frees the place in the queue and between the steps.</param>
    /// <exception cref="ImageRejectedException">The picture cannot be read, or exceeds a limit.</exception>
    /// <exception cref="ProblemException"><c>not_ready</c>, <c>overloaded</c> or <c>processing_timeout</c>.</exception>
    public async Task<T> RunAsync<T>(
        ReadOnlyMemory<byte> encoded,
        OutputFormat? output,
        Func<FacePipeline, ImageFile, CancellationToken, T> work,
        ConcurrencyLimiter? batchLimiter,
        CancellationToken cancellationToken)
    {
        var pipeline = models.Pipeline;

        ImageFile? opened = null;
        try
        {
            using var place = await EnterAsync(Open, batchLimiter, cancellationToken);
            return Work(opened!);
        }
        finally
        {
            opened?.Dispose();
        }

        // How much a picture takes is known only once it is open, and opening is work: a few kilobytes may unpack to megabytes.
        long Open()
        {
            opened = ImageFile.Open(encoded, limits.Decode);
            return PeakPixels(opened, output);
        }

        T Work(ImageFile picture)
        {
            using var span = telemetry.Spans.StartActivity("work");
            using var deadline = new CancellationTokenSource(admission.ProcessingTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            try
            {
                return work(pipeline, picture, either.Token);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new ProblemException(
                    ProblemKinds.ProcessingTimeout,
                    $"Processing was stopped after {admission.ProcessingTimeout.TotalSeconds:0.###} seconds.");
            }
        }
    }

    /// <summary>Peak memory in pixels: codecs hold more than the picture while they read and write.</summary>
    private static long PeakPixels(ImageFile picture, OutputFormat? output)
    {
        var reading = picture.PeakMemory;
        var writing = output is { } format ? picture.Header.Pixels * (Raster.BytesPerPixel + ImageEncoder.PeakBytesPerPixel(format)) : 0;
        return Math.Max(reading, writing) / Raster.BytesPerPixel;
    }

    private async ValueTask<AdmissionGate.Place> EnterAsync(
        Func<long> open, ConcurrencyLimiter? batchLimiter, CancellationToken cancellationToken)
    {
        using var span = telemetry.Spans.StartActivity("wait");
        var started = time.GetTimestamp();
        var opening = TimeSpan.Zero;
        var place = await gate.EnterAsync(Opening, batchLimiter, cancellationToken);
        telemetry.RecordStage("wait", (time.GetElapsedTime(started) - opening).TotalSeconds);
        return place;

        long Opening()
        {
            var begun = time.GetTimestamp();
            var pixels = open();
            opening = time.GetElapsedTime(begun);
            return pixels;
        }
    }
}
