using System.Buffers;
using System.Net;
using MaskApi.Cli.Analysis;
using MaskApi.Client;

namespace MaskApi.Cli.Inputs;

/// <summary>A picture's bytes, in pooled memory.</summary>
internal sealed class PictureBytes(byte[] array, int length) : IDisposable
{
    /// <summary>The file.</summary>
    public ReadOnlyMemory<byte> Memory => array.AsMemory(0, length);

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(array);
}

/// <summary>Reads pictures from files, the web and standard input.</summary>
internal sealed class PictureReader : IDisposable
{
    /// <summary>Maximum size of a file. Any picture within the limit on pixels is smaller, except as BMP.</summary>
    private const int MaxBytes = 200 * 1024 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });

    /// <summary>Reads a picture.</summary>
    /// <exception cref="PictureFailedException">It cannot be read.</exception>
    public async Task<PictureBytes> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            if (PictureInputs.IsAddress(name))
            {
                using var response = await _http
                    .GetAsync(name, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
                response.EnsureSuccessStatusCode();
                await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                return await ReadAsync(body, response.Content.Headers.ContentLength, cancellationToken).ConfigureAwait(false);
            }

            await using var file = name == PictureInputs.StandardInput
                ? Console.OpenStandardInput()
                : new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1, FileOptions.SequentialScan);
            return await ReadAsync(file, file.CanSeek ? file.Length : null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or UriFormatException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new PictureFailedException(ProblemCodes.UrlFetchFailed, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PictureFailedException(PictureFailure.Unreadable, exception.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async Task<PictureBytes> ReadAsync(Stream stream, long? length, CancellationToken cancellationToken)
    {
        var array = ArrayPool<byte>.Shared.Rent((int)Math.Min((length ?? 0) + 1, MaxBytes + 1));
        var filled = 0;
        try
        {
            // A buffer one byte longer than the file shows its end without growing.
            while (true)
            {
                // Files are read at once: an asynchronous read would go through another thread of the pool.
                var read = stream is FileStream
                    ? stream.Read(array.AsSpan(filled))
                    : await stream.ReadAsync(array.AsMemory(filled), cancellationToken).ConfigureAwait(false);
                filled += read;
                if (filled > MaxBytes)
                {
                    throw new PictureFailedException(ProblemCodes.ImageTooLarge, $"The file has more than {MaxBytes} bytes.");
                }

                if (read == 0)
                {
                    return new PictureBytes(array, filled);
                }

                if (filled == array.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(array.Length * 2);
                    array.AsSpan().CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(array);
                    array = larger;
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(array);
            throw;
        }
    }
}
