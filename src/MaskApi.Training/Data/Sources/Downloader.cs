using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace MaskApi.Training.Data.Sources;

/// <summary>
/// Downloads files whole or not at all: what has arrived waits beside the target as <c>.partial</c> and is continued, and only a file of
/// the right size and hash takes its place.
/// </summary>
/// <param name="client">The HTTP client.</param>
public sealed class Downloader(HttpClient client)
{
    private const int Attempts = 4;

    /// <summary>Downloads one file, unless it is there already and right.</summary>
    /// <param name="url">Where it is.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="size">Expected bytes, or null where unknown.</param>
    /// <param name="sha256">Expected hash, or null where unknown.</param>
    /// <param name="progress">Told how many more bytes arrived; may be null.</param>
    /// <param name="cancellationToken">Ends the download; what has arrived is kept for next time.</param>
    /// <returns>The file's hash.</returns>
    /// <exception cref="InvalidDataException">What arrived is not what was expected; it has been thrown away.</exception>
    /// <exception cref="HttpRequestException">The server could not be reached or refused, several times.</exception>
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
            catch (Exception e) when (attempt < Attempts && e is HttpIOException or HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError })
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250 << attempt), cancellationToken).ConfigureAwait(false);
            }
        }

        var hash = await HashAsync(partial, cancellationToken).ConfigureAwait(false);
        var length = new FileInfo(partial).Length;
        if ((size is { } expected && length != expected) || (sha256 is not null && hash != sha256))
        {
            File.Delete(partial);
            throw new InvalidDataException($"{url} is {length} bytes with SHA-256 {hash}; expected {size?.ToString() ?? "any number of"} bytes with {sha256 ?? "any hash"}.");
        }

        File.Move(partial, path, overwrite: true);
        return hash;
    }

    private async Task ReceiveAsync(Uri url, string partial, long? size, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var have = File.Exists(partial) ? new FileInfo(partial).Length : 0;
        if (size is { } whole && have >= whole)
        {
            have = 0; // Too much, or all of it but wrong: begin again.
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (have > 0)
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // What is there is no beginning of what is offered now.
            File.Delete(partial);
            throw new HttpIOException(HttpRequestError.InvalidResponse, "The partial file does not fit; starting over.");
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
