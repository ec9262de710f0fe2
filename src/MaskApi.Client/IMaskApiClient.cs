namespace MaskApi.Client;

/// <summary>
/// The MaskApi service. Implementations are thread-safe. Every method throws <see cref="MaskApiException"/> if the service refuses or
/// fails, <see cref="HttpRequestException"/> if it cannot be reached, and <see cref="OperationCanceledException"/> if the caller cancels.
/// </summary>
public interface IMaskApiClient
{
    /// <summary>Finds every face in a picture and tells whether it wears a mask.</summary>
    /// <param name="picture">JPEG, PNG, WebP, BMP or GIF (first frame only).</param>
    /// <param name="options">What to look for; null for the service's defaults.</param>
    /// <param name="cancellationToken">Gives up waiting; the service then drops the work too.</param>
    /// <returns>The faces, largest first; no face is a success with an empty list.</returns>
    Task<Detection> DetectAsync(Picture picture, DetectionOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Detects faces in several pictures. A bad picture fails alone.</summary>
    /// <param name="pictures">The pictures with the names they get in the response; none of them a URL.</param>
    /// <param name="options">What to look for; null for the service's defaults.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>One entry per picture, in their order.</returns>
    Task<IReadOnlyList<BatchResult>> DetectBatchAsync(
        IEnumerable<KeyValuePair<string, Picture>> pictures, DetectionOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Draws a box around every face.</summary>
    /// <param name="picture">JPEG, PNG, WebP, BMP or GIF (first frame only).</param>
    /// <param name="options">What to look for; null for the service's defaults.</param>
    /// <param name="format">Format of the returned picture.</param>
    /// <param name="redaction">
    /// How its faces are made unrecognizable; null for the service's default. A service that cannot do so refuses with an
    /// <see cref="InvalidRequestException"/>.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The picture, upright and without metadata.</returns>
    Task<AnnotatedPicture> AnnotateAsync(
        Picture picture,
        DetectionOptions? options = null,
        AnnotationFormat format = AnnotationFormat.Png,
        Redaction? redaction = null,
        CancellationToken cancellationToken = default);
}
