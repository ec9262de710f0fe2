using System.Globalization;
using System.Threading.RateLimiting;
using MaskApi.Admission;
using MaskApi.Annotations;
using MaskApi.Contracts;
using MaskApi.Http;
using MaskApi.Observability;
using MaskApi.OpenApi;
using MaskApi.Problems;
using MaskApi.Uploads;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MaskApi.Detections;

/// <summary>Pictures in, verdicts out.</summary>
internal static partial class DetectionEndpoints
{
    /// <summary>Maps <c>/detections</c>.</summary>
    public static void MapDetections(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/detections").WithTags("Detections").AddEndpointFilter(Accept.RequireJsonAsync).AddEndpointFilter(Availability.RequireAsync);
        group.MapPost("", DetectAsync)
            .WithName("detectFaces")
            .WithSummary("Finds every face in a picture and tells whether it wears a mask, and whether the mask is worn right.")
            .WithDescription("Send the picture as the field `image` of a form, as here. "
                + "Also read: the file itself as the body (`Content-Type: image/jpeg` and so on), and `application/json`: "
                + "`{\"image\": \"<base64>\"}` or `{\"imageUrl\": \"https://…\"}`, the latter only where the operator allows it. "
                + "No face is a success with an empty list.")
            .TakesPicture()
            .TakesQuery(AnalysisParameters.Parameters)
            .MayFailOnPicture();
        group.MapPost("/batch", DetectBatchAsync)
            .WithName("detectFacesInBatch")
            .WithSummary("Does the same for several pictures at once.")
            .WithDescription("Send a form with the file fields `images`. The answer has one entry a picture, in their order; "
                + "a bad picture fails alone.")
            .TakesPictures()
            .TakesQuery(AnalysisParameters.Parameters)
            .MayFailOnBatch();
    }

    private static async Task<Ok<Detection>> DetectAsync(
        AnalysisParameters parameters, HttpContext context, PictureReader reader, Detector detector, CancellationToken cancellationToken)
    {
        using var picture = await reader.ReadAsync(context.Request, cancellationToken);
        var detection = await detector.DetectAsync(detector.LinkBase(context.Request), picture.Bytes, parameters, together: null, cancellationToken);
        Report(context, detection.Summary, detection.Timings);
        return TypedResults.Ok(detection);
    }

    private static async Task<Ok<DetectionBatch>> DetectBatchAsync(
        AnalysisParameters parameters,
        HttpContext context,
        PictureReader reader,
        Detector detector,
        AdmissionOptions admission,
        Telemetry telemetry,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        using var batch = await reader.ReadBatchAsync(context.Request, cancellationToken);
        using var together = detector.CreateBatch();
        var logger = loggers.CreateLogger(typeof(DetectionEndpoints));
        var results = new BatchResult[batch.Count];

        // Read now: the pictures are worked on by several threads, which a request is not made for.
        var linkBase = detector.LinkBase(context.Request);
        var occurrence = ProblemMiddleware.Occurrence.Of(context);

        // A batch of which one picture has waited in vain does not wait again: thirty-two times five seconds would be minutes.
        ProblemException? inVain = null;

        // As many at a time as there are places: one batch alone never fills the queue.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = admission.Places, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, batch.Count, parallel, async (i, token) =>
        {
            var item = batch.Items[i];
            try
            {
                using var picture = item.Picture ?? throw item.Problem!;
                if (Volatile.Read(ref inVain) is { } refusal)
                {
                    throw refusal;
                }

                var detection = await detector.DetectAsync(linkBase, picture.Bytes, parameters, together, token);
                results[i] = new BatchResult { Name = item.Name, Status = StatusCodes.Status200OK, Detection = detection };
            }
            catch (Exception exception) when (!token.IsCancellationRequested)
            {
                var problem = ProblemMapper.ToProblem(exception);
                if (problem.Kind == ProblemKinds.InternalError)
                {
                    LogDefect(logger, exception);
                }

                // After a refusal without a wait, the next picture may find the queue shorter.
                if (problem.WaitedInVain)
                {
                    Volatile.Write(ref inVain, problem);
                }

                telemetry.CountRefusal(problem.Kind.Code);
                results[i] = new BatchResult
                {
                    Name = item.Name,
                    Status = problem.Kind.Status,
                    Problem = occurrence.Describe(problem),
                };
            }
        });

        RequestFacts.Of(context).Summary = FaceSummary.Sum(
            results.Select(static result => result.Detection?.Summary).OfType<FaceSummary>());
        return TypedResults.Ok(new DetectionBatch(results));
    }

    /// <summary>Tells the request log, and the caller's tools by Server-Timing, what the work was.</summary>
    internal static void Report(HttpContext context, FaceSummary summary, Timings timings)
    {
        var facts = RequestFacts.Of(context);
        facts.Summary = summary;
        facts.Timings = timings;
        context.Response.Headers["Server-Timing"] = string.Create(
            CultureInfo.InvariantCulture,
            $"decode;dur={timings.DecodeMs}, detect;dur={timings.DetectMs}, classify;dur={timings.ClassifyMs}, "
            + $"total;dur={timings.TotalMs}");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A picture of a batch failed because of a defect")]
    private static partial void LogDefect(ILogger logger, Exception exception);

    /// <summary>Detects on one picture: what the single endpoint and the batch have in common.</summary>
    internal sealed class Detector(PictureWorker worker, AnnotationLinks links, Telemetry telemetry, TimeProvider time)
    {
        /// <summary>What the links for a request begin with.</summary>
        public string? LinkBase(HttpRequest request) => links.BaseUrl(request);

        /// <summary>Makes a limit for pictures that come together.</summary>
        public ConcurrencyLimiter CreateBatch() => worker.CreateBatch();

        /// <summary>What the contract says of one picture.</summary>
        public async Task<Detection> DetectAsync(
            string? linkBase,
            ReadOnlyMemory<byte> picture,
            AnalysisParameters parameters,
            ConcurrencyLimiter? together,
            CancellationToken cancellationToken)
        {
            var started = time.GetTimestamp();
            var analysis = await worker.RunAsync(
                picture, output: null, (pipeline, file, token) => pipeline.Analyze(file, parameters.Options, token), together, cancellationToken);
            var link = await links.CreateAsync(linkBase, picture, analysis.Faces, parameters.MinConfidence, cancellationToken);
            var faces = new Face[analysis.Faces.Count];
            for (var i = 0; i < faces.Length; i++)
            {
                faces[i] = analysis.Faces[i].ToFace(analysis.Width, analysis.Height, parameters.MinConfidence, parameters.Landmarks);
            }

            var summary = analysis.Faces.Summarize(parameters.MinConfidence) with { Found = analysis.Found };
            telemetry.CountAnalysis(analysis.Timings, summary);
            return new Detection
            {
                Image = new ImageFacts(analysis.Width, analysis.Height, analysis.Format.Name()),
                Faces = faces,
                Summary = summary,
                AnnotatedImageUrl = link,
                Timings = analysis.Timings.ToTimings(time.GetElapsedTime(started)),
            };
        }
    }
}
