using System.Buffers;
using System.Security.Cryptography;
using MaskApi.Problems;
using MaskApi.Vision;

namespace MaskApi.Annotations;

/// <summary>Makes the links to annotated pictures, and finds what is behind them.</summary>
internal sealed class AnnotationLinks(IAnnotationStore store, AnnotationOptions options)
{
    /// <summary>The id is the permission, so it must not be guessed: 128 random bits.</summary>
    private const int IdBytes = 16;

    /// <summary>Path under which links are served; the id follows.</summary>
    public const string Path = "/v1/annotations/";

    /// <summary>
    /// What the links for a request begin with: the configured public base, else the request's own scheme and host; null for a request
    /// of HTTP/1.0 that names no host.
    /// </summary>
    public string? BaseUrl(HttpRequest request) =>
        !string.IsNullOrEmpty(options.PublicBaseUrl) ? options.PublicBaseUrl.TrimEnd('/')
        : request.Host.HasValue ? $"{request.Scheme}://{request.Host}{request.PathBase}"
        : null;

    /// <summary>Keeps a picture and its verdicts, and makes the link.</summary>
    /// <param name="baseUrl">What the link begins with: <see cref="BaseUrl"/> of the request it is made for; no link without.</param>
    /// <param name="picture">The picture as it was sent; copied.</param>
    /// <param name="faces">The verdicts on it.</param>
    /// <param name="minConfidence">Below which a verdict is uncertain.</param>
    /// <param name="cancellationToken">The caller's leaving.</param>
    /// <returns>The link; null where links are off or the store did not keep the record.</returns>
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

    /// <summary>What is behind an id, for <see cref="AnnotationRecord.Parse"/>; null when there is nothing, or nothing any more.</summary>
    /// <exception cref="ProblemException"><c>overloaded</c>: too many bytes are held in memory at this moment. <c>not_ready</c>: the store cannot be asked.</exception>
    public ValueTask<IMemoryOwner<byte>?> FindAsync(string id, CancellationToken cancellationToken) =>
        id.Length == 2 * IdBytes && id.All(char.IsAsciiHexDigitLower)
            ? store.GetAsync(id, cancellationToken)
            : ValueTask.FromResult<IMemoryOwner<byte>?>(null);
}
