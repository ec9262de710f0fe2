using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace MaskApi.Client;

/// <summary>A picture to send, any number of times, as retries may need.</summary>
public abstract class Picture
{
    private Picture()
    {
    }

    /// <summary>A picture in memory.</summary>
    /// <param name="bytes">The file's content; must not change while the picture is in use.</param>
    public static Picture FromBytes(ReadOnlyMemory<byte> bytes) => new FromMemory(bytes);

    /// <summary>A picture in a file, which is read again each time it is sent.</summary>
    /// <param name="path">The file.</param>
    public static Picture FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new InFile(path);
    }

    /// <summary>A picture that the service fetches itself; refused with <c>url_not_allowed</c> unless its operator allows it.</summary>
    /// <param name="url">An absolute http or https address.</param>
    public static Picture FromUrl(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.IsAbsoluteUri ? new AtUrl(url) : throw new ArgumentException("The address must be absolute.", nameof(url));
    }

    /// <summary>A picture from a stream, which is read to its end now, so the picture can be sent again. The caller closes it.</summary>
    /// <param name="stream">The file's content, from the stream's position.</param>
    /// <param name="cancellationToken">Gives up reading.</param>
    public static async Task<Picture> FromStreamAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
        return FromBytes(copy.GetBuffer().AsMemory(0, (int)copy.Length));
    }

    /// <summary>A request body that holds the picture.</summary>
    internal abstract HttpContent CreateContent();

    /// <summary>The picture's bytes, for one part of a form.</summary>
    internal virtual HttpContent CreatePart() => CreateContent();

    private sealed class FromMemory(ReadOnlyMemory<byte> bytes) : Picture
    {
        internal override HttpContent CreateContent() => Described(new ReadOnlyMemoryContent(bytes));
    }

    private sealed class InFile(string path) : Picture
    {
        // StreamContent rewinds a seekable stream when it is sent again, and closes it with the request.
        internal override HttpContent CreateContent() =>
            Described(new StreamContent(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, useAsync: true)));
    }

    private sealed class AtUrl(Uri url) : Picture
    {
        internal override HttpContent CreateContent() =>
            JsonContent.Create(new PictureAddress(url), MaskApiClientJson.Default.PictureAddress);

        internal override HttpContent CreatePart() =>
            throw new ArgumentException("A batch takes pictures themselves, not their addresses.");
    }

    private static HttpContent Described(HttpContent content)
    {
        // The service goes by content alone.
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }
}
