using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;

namespace MaskApi.Client;

/// <summary>The MaskApi service over HTTP.</summary>
public sealed class MaskApiClient : IMaskApiClient
{
    private const string DetectionsPath = "v1/detections";
    private const string BatchPath = "v1/detections/batch";
    private const string AnnotationsPath = "v1/annotations";
    private const string BatchField = "images";
    private const string ProblemType = "application/problem+json";

    /// <summary>From this size on, the client asks before it sends the body, so the service can refuse what it would not read.</summary>
    private const long AskFrom = 1024 * 1024;

    private readonly HttpClient _http;
    private readonly Func<long?, TimeSpan>? _timeLimit;

    /// <summary>For a client that is set up by hand; applications use <c>AddMaskApiClient</c>.</summary>
    /// <param name="http">Its base address is the service's; its owner sets timeouts and retries.</param>
    public MaskApiClient(HttpClient http)
    {
        ArgumentNullException.ThrowIfNull(http);
        _http = http.BaseAddress is not null ? http : throw new ArgumentException("The HTTP client has no base address.", nameof(http));
    }

    /// <summary>For a client whose timeout depends on the upload.</summary>
    /// <param name="http">Its base address is the service's.</param>
    /// <param name="timeLimit">Maps the length of a body to the timeout of a call.</param>
    internal MaskApiClient(HttpClient http, Func<long?, TimeSpan> timeLimit)
        : this(http) => _timeLimit = timeLimit;

    /// <inheritdoc/>
    public async Task<Detection> DetectAsync(
        Picture picture, DetectionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(picture);
        using var response = await SendAsync(
            DetectionsPath + options?.ToQuery(), picture.CreateContent(), accept: "application/json",
            cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, MaskApiClientJson.Default.Detection, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BatchResult>> DetectBatchAsync(
        IEnumerable<KeyValuePair<string, Picture>> pictures, DetectionOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        using var form = new MultipartFormDataContent();
        foreach (var (name, picture) in pictures)
        {
            form.Add(picture.CreatePart(), BatchField, name);
        }

        using var response = await SendAsync(
            BatchPath + options?.ToQuery(), form, accept: "application/json", cancellationToken).ConfigureAwait(false);
        return (await ReadAsync(response, MaskApiClientJson.Default.DetectionBatch, cancellationToken).ConfigureAwait(false)).Results;
    }

    /// <inheritdoc/>
    public async Task<AnnotatedPicture> AnnotateAsync(
        Picture picture,
        DetectionOptions? options = null,
        AnnotationFormat format = AnnotationFormat.Png,
        Redaction? redaction = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var mediaType = format switch
        {
            AnnotationFormat.Png => "image/png",
            AnnotationFormat.Jpeg => "image/jpeg",
            AnnotationFormat.Webp => "image/webp",
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format of the service."),
        };
        using var response = await SendAsync(
            AnnotationsPath + (options ?? new()).ToQuery(redaction), picture.CreateContent(), mediaType,
            cancellationToken).ConfigureAwait(false);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var summary = new FaceSummary(Count("X-Faces"), Count("X-With-Mask"), Count("X-Without-Mask"), Count("X-Uncertain"))
        {
            // A service that does not tell how masks are worn sends no such header.
            IncorrectlyWorn = response.Headers.Contains("X-Incorrectly-Worn") ? Count("X-Incorrectly-Worn") : 0,
        };
        return new AnnotatedPicture(bytes, response.Content.Headers.ContentType?.MediaType ?? mediaType, summary);

        int Count(string header) =>
            response.Headers.TryGetValues(header, out var values)
                && int.TryParse(values.First(), CultureInfo.InvariantCulture, out var count)
                ? count
                : throw NotTheService(response, $"The header {header} is missing.");
    }

    /// <summary>The base of the API's paths. Without a trailing slash, its last segment would be lost.</summary>
    internal static Uri Root(Uri address) =>
        address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    private async Task<HttpResponseMessage> SendAsync(string path, HttpContent content, string accept, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        // Problems come as JSON whatever was asked for; saying so satisfies strict proxies.
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(ProblemType, 0.5));
        // Including its body: what is not read here would escape both timeouts and size limits.
        request.Headers.ExpectContinue = (content.Headers.ContentLength ?? long.MaxValue) >= AskFrom ? true : null;
        var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await FailureAsync(response, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_timeLimit is not null)
        {
            limit.CancelAfter(_timeLimit(request.Content?.Headers.ContentLength));
        }

        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ExecutionRejectedException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            // A timeout, an open circuit breaker, too many concurrent calls: callers of an HTTP service need not know about resilience.
            throw new HttpRequestException($"The service was not reached in time: {exception.Message}", exception);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellationToken).ConfigureAwait(false)
                ?? throw NotTheService(response, "The body is null.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an unknown charset.
            throw NotTheService(response, exception.Message);
        }
    }

    private static async Task<MaskApiException> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var retryAfter = RetryAfter(response);
        if (response.Content.Headers.ContentType?.MediaType == ProblemType)
        {
            try
            {
                var problem = await response.Content.ReadFromJsonAsync(
                    MaskApiClientJson.Default.Problem, cancellationToken).ConfigureAwait(false);
                if (problem is not null)
                {
                    return MaskApiException.For(problem, retryAfter);
                }
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                // Another server's problem document. Without a code, it is reported as its status.
            }
        }

        return new MaskApiException(
            new Problem { Code = ProblemCodes.Unknown, Status = (int)response.StatusCode, Title = "The response is not from the service" },
            retryAfter);
    }

    /// <summary>How long the service asks callers to wait; null if it does not say.</summary>
    internal static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter is not { } header ? null
        : header.Date is { } date ? TimeSpan.FromTicks(Math.Max(0, (date - DateTimeOffset.UtcNow).Ticks))
        : header.Delta;

    private static MaskApiException NotTheService(HttpResponseMessage response, string detail) => new(
        new Problem
        {
            Code = ProblemCodes.Unknown,
            Status = (int)response.StatusCode,
            Title = "The response is not from the service",
            Detail = detail,
        },
        retryAfter: null);
}
