using System.Buffers;
using MaskApi.Cli.Commands;
using MaskApi.Cli.Inputs;

namespace MaskApi.Cli.Results;

/// <summary>
/// Results as lines. The lines of a picture are written at once and in one call, so a killed process loses none; at worst the last picture's
/// are torn, and the next run cuts those off.
/// </summary>
internal sealed class LineResultFile : IResultWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly IRowFormat _format;
    private readonly Stream _stream;

    private LineResultFile(IRowFormat format, Stream stream)
    {
        _format = format;
        _stream = stream;
    }

    /// <summary>Writes to a stream, which is closed at the end.</summary>
    public static async Task<LineResultFile> StartAsync(IRowFormat format, Stream stream)
    {
        await stream.WriteAsync(format.Header.ToArray()).ConfigureAwait(false);
        return new LineResultFile(format, stream);
    }

    /// <summary>Opens a file, to begin or to resume.</summary>
    /// <param name="format">Its format.</param>
    /// <param name="path">The file.</param>
    /// <param name="done">Receives the hashes of the pictures in it; null to begin.</param>
    /// <exception cref="UsageException">The file has other content.</exception>
    public static async Task<LineResultFile> OpenAsync(IRowFormat format, string path, HashSet<UInt128>? done)
    {
        // No other process may write to it meanwhile.
        var stream = new FileStream(
            path, done is null ? FileMode.Create : FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1);
        try
        {
            var end = done is null ? 0 : FindEnd(format, stream, done, path);
            stream.SetLength(end);
            stream.Position = end;
            if (end == 0)
            {
                return await StartAsync(format, stream).ConfigureAwait(false);
            }

            return new LineResultFile(format, stream);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(IReadOnlyList<ResultRow> rows)
    {
        _buffer.ResetWrittenCount();
        foreach (var row in rows)
        {
            _format.Write(_buffer, row);
        }

        await _stream.WriteAsync(_buffer.WrittenMemory).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    /// <summary>Collects the pictures in a file and finds the end of the last complete one.</summary>
    private static long FindEnd(IRowFormat format, FileStream file, HashSet<UInt128> done, string path)
    {
        // A torn first line is part of the header, so the file starts over.
        var header = format.Header.Length > 0;
        var end = 0L;
        foreach (var (record, recordEnd) in Records(file, format.Quotes))
        {
            if (header)
            {
                header = record.AsSpan().SequenceEqual(format.Header)
                    ? false
                    : throw new UsageException($"{path} has different columns.");
                end = recordEnd;
                continue;
            }

            try
            {
                var (picture, face, faces) = format.Read(record.AsSpan()[..^1]);
                if (face == faces)
                {
                    done.Add(PictureName.Hash(picture));
                    end = recordEnd;
                }
            }
            catch (FormatException exception)
            {
                throw new UsageException($"{path} cannot be resumed, at byte {end}: {exception.Message}");
            }
        }

        return end;
    }

    /// <summary>The complete records of a file, each with its line break and the position of its end.</summary>
    private static IEnumerable<(byte[] Record, long End)> Records(FileStream file, bool quotes)
    {
        var block = new byte[64 * 1024];
        var record = new MemoryStream();
        var (end, quoted) = (0L, false);
        int read;
        while ((read = file.Read(block)) > 0)
        {
            for (var (start, i) = (0, 0); i < read; i++)
            {
                quoted ^= quotes && block[i] == '"';
                if (block[i] == '\n' && !quoted)
                {
                    record.Write(block, start, i + 1 - start);
                    end += record.Length;
                    yield return (record.ToArray(), end);
                    record.SetLength(0);
                    start = i + 1;
                }

                if (i == read - 1)
                {
                    record.Write(block, start, read - start);
                }
            }
        }
    }
}
