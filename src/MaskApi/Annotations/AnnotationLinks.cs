using System.Buffers;
using System.Security.Cryptography;
using MaskApi.Problems;
using MaskApi.Vision;

namespace MaskApi.Annotations;

/// <summary>Creates the links to annotated pictures and resolves them.</summary>
internal sealed class AnnotationLinks(IAnnotationStore store, AnnotationOptions options)
{
    /// <summary>The id is the permission, so it must be unguessable: 128 random bits.</summary>
    private const int IdBytes = 16;

    /// <summary>Path of the links; the id follows.</summary>
    public const string Path = "/v1/annotations/";

    /// <summary>
    /// The base of the links for a request: the configured public base, or the request's own scheme and host. Null for an HTTP/1.0 request
    /// without a host.
    /// </summary>
    public string? BaseUrl(HttpRequest request) =>
        !string.IsNullOrEmpty(options.PublicBaseUrl) ? options.PublicBaseUrl.TrimEnd('/')
        : request.Host.HasValue ? $"{request.Scheme}://{request.Host}{request.PathBase}"
        : null;

    /// <summary>Stores a picture with its verdicts and creates the link.</summary>
    /// <param name="baseUrl">The base of the link, from <see cref="BaseUrl"/>; without it there is no link.</param>
    /// <param name="picture">The picture as sent; copied.</param>
    /// <param name="faces">The verdicts on it.</param>
    /// <param name="minConfidence">A verdict less sure than this is uncertain.</param>
    /// <param name="cancellationToken">The caller's leaving.</param>
    /// <returns>The link; null if links are off or the store did not keep the record.</returns>
    public async ValueTask<string?> CreateAsync(
        string? baseUrl,
        ReadOnlyMemory<byte> picture,
        IReadOnlyList<FaceVerdict> faces,
        float minConfidence,
        CancellationToken cancellationToken)
    {
        if (baseUrl is null || options.TimeToLive == TimeSpan.Zero)
        {
            return null;
        }

        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var record = new AnnotationRecord(picture, faces, minConfidence);
        return await store.TryPutAsync(id, record, cancellationToken) ? baseUrl + Path + id : null;
    }

    /// <summary>The record behind an id, for <see cref="AnnotationRecord.Parse"/>; null if there is none or it has expired.</summary>
    /// <exception cref="ProblemException"><c>overloaded</c>: too many bytes are in memory. <c>not_ready</c>: the store is
    /// unreachable.</exception>
    public ValueTask<IMemoryOwner<byte>?> FindAsync(string id, CancellationToken cancellationToken) =>
        id.Length == 2 * IdBytes && id.All(char.IsAsciiHexDigitLower)
            ? store.GetAsync(id, cancellationToken)
            : ValueTask.FromResult<IMemoryOwner<byte>?>(null);
}
