using System.Threading.RateLimiting;
using MaskApi.Admission;
using MaskApi.Annotations;
using MaskApi.Contracts;
using MaskApi.Observability;
using MaskApi.Problems;

namespace MaskApi.Detections;

/// <summary>Finds and classifies the faces of one picture or of a batch, and answers in the contract's terms.</summary>
internal sealed partial class DetectionService(
    PictureWorker worker,
    AnnotationLinks links,
    AdmissionOptions admission,
    Telemetry telemetry,
    TimeProvider time,
    ILogger<DetectionService> logger)
{
    /// <summary>Analyzes one picture.</summary>
    /// <param name="request">The request that it came with.</param>
    /// <param name="picture">The file.</param>
    /// <param name="parameters">What the caller asked for.</param>
    /// <param name="cancellationToken">The caller's leaving.</param>
    public Task<Detection> DetectAsync(
        HttpRequest request, ReadOnlyMemory<byte> picture, AnalysisParameters parameters, CancellationToken cancellationToken) =>
        DetectAsync(links.BaseUrl(request), picture, parameters, batchLimiter: null, cancellationToken);

    /// <summary>Analyzes the pictures of a batch; a bad picture fails alone.</summary>
    /// <param name="context">The request that they came with.</param>
    /// <param name="batch">The pictures.</param>
    /// <param name="parameters">What the caller asked for.</param>
    /// <param name="cancellationToken">The caller's leaving.</param>
    /// <returns>One result per picture, in their order.</returns>
    public async Task<BatchResult[]> DetectAsync(
        HttpContext context, PictureBatch batch, AnalysisParameters parameters, CancellationToken cancellationToken)
    {
        using var batchLimiter = worker.CreateBatchLimiter();
        var results = new BatchResult[batch.Count];

        // Read the request now: several threads work on the pictures, and an HttpContext is not made for that.
        var linkBase = links.BaseUrl(context.Request);
        var occurrence = ProblemMiddleware.Occurrence.Of(context);
        ProblemException? queueTimeout = null;

        // As many at a time as there are places, so that one batch alone never fills the queue.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = admission.Places, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, batch.Count, parallel, async (i, token) => results[i] = await DetectItemAsync(batch.Items[i], token));
        return results;

        async Task<BatchResult> DetectItemAsync(PictureBatch.Item item, CancellationToken token)
        {
            using var picture = item.Picture;
            if (picture is null)
            {
                return Failed(item, item.Problem!);
            }

            // Once one picture times out in the queue, fail the rest at once: thirty-two waits of five seconds would be minutes.
            if (Volatile.Read(ref queueTimeout) is { } earlier)
            {
                return Failed(item, earlier);
            }

            try
            {
                var detection = await DetectAsync(linkBase, picture.Bytes, parameters, batchLimiter, token);
                return new BatchResult { Name = item.Name, Status = StatusCodes.Status200OK, Detection = detection };
            }
            catch (Exception exception) when (!token.IsCancellationRequested)
            {
                var problem = ProblemMapper.ToProblem(exception);
                if (problem.Kind == ProblemKinds.InternalError)
                {
                    LogDefect(exception);
                }

                // A picture that was refused without waiting says nothing about the next one.
                if (problem.TimedOutInQueue)
                {
                    Volatile.Write(ref queueTimeout, problem);
                }

                return Failed(item, problem);
            }
        }

        BatchResult Failed(PictureBatch.Item item, ProblemException problem)
        {
            telemetry.CountBatchRefusal(problem.Kind.Code);
            return new BatchResult { Name = item.Name, Status = problem.Kind.Status, Problem = occurrence.Describe(problem) };
        }
    }

    private async Task<Detection> DetectAsync(
        string? linkBase,
        ReadOnlyMemory<byte> picture,
        AnalysisParameters parameters,
        ConcurrencyLimiter? batchLimiter,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var analysis = await worker.RunAsync(
            picture,
            output: null,
            (pipeline, file, token) => pipeline.Analyze(file, parameters.Options, token),
            batchLimiter,
            cancellationToken);
        var link = await links.CreateAsync(linkBase, picture, analysis.Faces, parameters.MinConfidence, cancellationToken);
        var summary = analysis.Faces.Summarize(parameters.MinConfidence) with { Found = analysis.Found };
        telemetry.CountAnalysis(analysis.Timings, summary);
        return new Detection
        {
            Image = new ImageFacts(analysis.Width, analysis.Height, analysis.Format.Name()),
            Faces =
            [
                .. analysis.Faces.Select(face =>
                    face.ToFace(analysis.Width, analysis.Height, parameters.MinConfidence, parameters.Landmarks)),
            ],
            Summary = summary,
            AnnotatedImageUrl = link,
            Timings = analysis.Timings.ToTimings(time.GetElapsedTime(started)),
        };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A picture of a batch failed because of a bug")]
    private partial void LogDefect(Exception exception);
}
