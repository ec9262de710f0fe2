namespace MaskApi.Client;

/// <summary>
/// The MaskApi service. Implementations are safe to use from any number of threads. Every method fails with a
/// <see cref="MaskApiException"/> where the service refuses or fails, with <see cref="HttpRequestException"/> where it cannot be
/// reached, and with <see cref="OperationCanceledException"/> where the caller gave up.
/// </summary>
public interface IMaskApiClient
{
    /// <summary>Finds every face in a picture and tells whether it wears a mask.</summary>
    /// <param name="picture">JPEG, PNG, WebP, BMP or GIF (its first frame).</param>
    /// <param name="options">What to look for; null for the service's defaults.</param>
    /// <param name="cancellationToken">Gives up waiting; the service then drops the work too.</param>
    /// <returns>The faces, largest first; no face is a success with an empty list.</returns>
    Task<Detection> DetectAsync(Picture picture, DetectionOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Does the same for several pictures at once. A bad picture fails alone.</summary>
    /// <param name="pictures">The pictures with the names they are to have in the answer; none of them a URL.</param>
    /// <param name="options">What to look for; null for the service's defaults.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>One entry a picture, in their order.</returns>
    Task<IReadOnlyList<BatchResult>> DetectBatchAsync(
        IEnumerable<KeyValuePair<string, Picture>> pictures, DetectionOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Draws a box around every face.</summary>
    /// <param name="picture">JPEG, PNG, WebP, BMP or GIF (its first frame).</param>
    /// <param name="options">What to look for; null for the service's defaults.</param>
    /// <param name="format">Format of the picture that comes back.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The picture, upright and without metadata.</returns>
    Task<AnnotatedPicture> AnnotateAsync(
        Picture picture,
        DetectionOptions? options = null,
        AnnotationFormat format = AnnotationFormat.Png,
        CancellationToken cancellationToken = default);
}
