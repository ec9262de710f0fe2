using MaskApi.Cli.Results;
using MaskApi.Client;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;
using Microsoft.Extensions.DependencyInjection;

namespace MaskApi.Cli.Analysis;

/// <summary>
/// Analyzes pictures through a running service, with as many requests in flight as it takes. Refused requests are repeated after the time
/// in <c>Retry-After</c>.
/// </summary>
/// <param name="http">Has the service's base address; owned by the analyzer.</param>
/// <param name="options">What to look for.</param>
/// <param name="parallelism">Maximum number of requests in flight.</param>
/// <param name="retry">Whether refused pictures are sent again.</param>
/// <param name="patience">How long the service may refuse everything before the run ends.</param>
/// <param name="time">The clock.</param>
/// <param name="annotations">Draws the results; null for no drawings.</param>
internal sealed class ServiceAnalyzer(
    HttpClient http,
    DetectionOptions options,
    int parallelism,
    bool retry,
    TimeSpan patience,
    TimeProvider time,
    AnnotationFolder? annotations = null)
    : IPictureAnalyzer
{
    /// <summary>More requests in flight than this gain nothing from a service on one machine.</summary>
    public const int MaxRequests = 64;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _firstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(10);

    private readonly MaskApiClient _client = new(http);
    private readonly AdaptiveLimit _limit = new(parallelism, time);
    private long _lastAnswer = time.GetTimestamp();

    /// <inheritdoc/>
    public int Parallelism => parallelism;

    /// <summary>Creates an analyzer for the service at an address.</summary>
    /// <param name="address">The service, with the path before <c>/v1</c> if there is one.</param>
    /// <param name="key">Its key; null if it needs none.</param>
    /// <param name="options">What to look for.</param>
    /// <param name="parallelism">Maximum number of requests in flight.</param>
    /// <param name="retry">Whether refused pictures are sent again.</param>
    /// <param name="annotations">Draws the results; null for no drawings.</param>
    public static ServiceAnalyzer Create(
        Uri address, string? key, DetectionOptions options, int parallelism, bool retry, AnnotationFolder? annotations)
    {
        var http = new HttpClient { BaseAddress = MaskApiClient.Root(address) };
        if (!string.IsNullOrEmpty(key))
        {
            http.DefaultRequestHeaders.Add(MaskApiClientExtensions.ApiKeyHeader, key);
        }

        return new ServiceAnalyzer(http, options, parallelism, retry, _patience, TimeProvider.System, annotations);
    }

    /// <inheritdoc/>
    /// <exception cref="ServiceLostException">The service has refused everything for a long time, or refuses every request like these.</exception>
    public async Task<PictureResult> AnalyzeAsync(string name, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken)
    {
        var result = await DetectAsync(name, picture, cancellationToken).ConfigureAwait(false);
        return annotations is not null && result.Failure is null ? annotations.Write(result, picture, cancellationToken) : result;
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<PictureResult> DetectAsync(string name, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken)
    {
        for (var wait = _firstWait; ; wait = wait * 2 < _longestWait ? wait * 2 : _longestWait)
        {
            await _limit.EnterAsync(cancellationToken).ConfigureAwait(false);
            bool? refused = null;
            TimeSpan? retryAfter = null;
            Exception failure;
            try
            {
                var detection = await _client.DetectAsync(Picture.FromBytes(picture), options, cancellationToken).ConfigureAwait(false);
                refused = false;
                Volatile.Write(ref _lastAnswer, time.GetTimestamp());
                return new PictureResult(name, detection.Image.Width, detection.Image.Height, [.. detection.Faces.Select(Verdict)]);
            }
            catch (PictureRejectedException exception)
            {
                refused = false;
                Volatile.Write(ref _lastAnswer, time.GetTimestamp());
                return PictureResult.Failed(name, new PictureFailure(exception.Code, exception.Problem.Detail ?? exception.Problem.Title));
            }
            catch (Exception exception) when (exception is UnauthorizedException or InvalidRequestException)
            {
                // Every other picture would fail likewise.
                throw new ServiceLostException(exception.Message);
            }
            catch (MaskApiException exception) when (exception.Code == ProblemCodes.InternalError)
            {
                return PictureResult.Failed(name, new PictureFailure(exception.Code, exception.Problem.Title));
            }
            catch (MaskApiException exception)
            {
                refused = exception is ServiceBusyException ? true : null;
                (failure, retryAfter) = (exception, exception.RetryAfter);
            }
            catch (HttpRequestException exception)
            {
                failure = exception;
            }
            finally
            {
                _limit.Exit(refused);
            }

            if (!retry)
            {
                var code = (failure as MaskApiException)?.Code ?? "service_unreachable";
                return PictureResult.Failed(name, new PictureFailure(code, failure.Message));
            }

            if (time.GetElapsedTime(Volatile.Read(ref _lastAnswer)) > patience)
            {
                throw new ServiceLostException(failure.Message);
            }

            // Jitter keeps refused requests from coming back all at once.
            var pause = (retryAfter ?? wait) * (1 + (0.2 * Random.Shared.NextDouble()));
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static FaceVerdict Verdict(Face face) => new(
        new PixelBox((float)face.Box.X, (float)face.Box.Y, (float)face.Box.Width, (float)face.Box.Height),
        face.DetectionConfidence,
        face.Landmarks is { } points
            ? new FaceLandmarks(
                At(points.RightEye), At(points.LeftEye), At(points.NoseTip), At(points.Mouth),
                At(points.RightEarTragion), At(points.LeftEarTragion))
            : null,
        face.Probabilities is { } of
            ? new VerdictProbabilities(of.WithMask, of.WithoutMask, of.IncorrectlyWorn)
            : VerdictProbabilities.OfMask(face.MaskProbability));

    private static PixelPoint At(Point point) => new((float)point.X, (float)point.Y);
}

/// <summary>The service cannot be used any more. What has been written stays, so a later run can resume.</summary>
internal sealed class ServiceLostException(string message) : Exception(message);
