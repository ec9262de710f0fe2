using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace MaskApi.Training.Data.Sources;

/// <summary>
/// Downloads files atomically and resumably. Partial data is kept beside the target as <c>.partial</c>; the target is replaced only by a
/// file of the right size and hash.
/// </summary>
/// <param name="client">The HTTP client.</param>
public sealed class Downloader(HttpClient client)
{
    private const int Attempts = 4;

    /// <summary>Downloads one file, unless it is already present and correct.</summary>
    /// <param name="url">The address.</param>
    /// <param name="path">The target file.</param>
    /// <param name="size">Expected size in bytes, or null if unknown.</param>
    /// <param name="sha256">Expected SHA-256, or null if unknown.</param>
    /// <param name="progress">Receives the number of newly received bytes; may be null.</param>
    /// <param name="cancellationToken">Cancels the download; received data is kept for the next call.</param>
    /// <returns>The file's SHA-256.</returns>
    /// <exception cref="InvalidDataException">Size or hash is wrong; the data was deleted.</exception>
    /// <exception cref="HttpRequestException">The server was unreachable or refused, on every attempt.</exception>
    public async Task<string> DownloadAsync(
        Uri url, string path, long? size, string? sha256, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        if (File.Exists(path) && (size is null || new FileInfo(path).Length == size))
        {
            var present = await HashAsync(path, cancellationToken).ConfigureAwait(false);
            if (sha256 is null || present == sha256)
            {
                progress?.Report(new FileInfo(path).Length);
                return present;
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var partial = path + ".partial";
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ReceiveAsync(url, partial, size, progress, cancellationToken).ConfigureAwait(false);
                break;
            }
            catch (Exception e) when (
                attempt < Attempts
                && e is HttpIOException or HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250 << attempt), cancellationToken).ConfigureAwait(false);
            }
        }

        var hash = await HashAsync(partial, cancellationToken).ConfigureAwait(false);
        var length = new FileInfo(partial).Length;
        if ((size is { } expected && length != expected) || (sha256 is not null && hash != sha256))
        {
            File.Delete(partial);
            throw new InvalidDataException(
                $"{url} is {length} bytes with SHA-256 {hash}; "
                + $"expected {size?.ToString() ?? "any number of"} bytes with {sha256 ?? "any hash"}.");
        }

        File.Move(partial, path, overwrite: true);
        return hash;
    }

    private async Task ReceiveAsync(Uri url, string partial, long? size, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var have = File.Exists(partial) ? new FileInfo(partial).Length : 0;
        if (size is { } whole && have >= whole)
        {
            have = 0; // Too large, or complete but wrong: start over.
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (have > 0)
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
        }

        using var response = await client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // The partial file does not match the file on the server.
            File.Delete(partial);
            throw new HttpIOException(HttpRequestError.InvalidResponse, "The partial file does not match; starting over.");
        }

        response.EnsureSuccessStatusCode();
        var resumed = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have;
        if (resumed)
        {
            progress?.Report(have);
        }

        await using var file = new FileStream(partial, resumed ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[81920];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            progress?.Report(read);
        }
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
    }
}
