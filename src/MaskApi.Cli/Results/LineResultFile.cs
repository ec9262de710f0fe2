using System.Buffers;
using MaskApi.Cli.Commands;
using MaskApi.Cli.Inputs;

namespace MaskApi.Cli.Results;

/// <summary>
/// Results as lines. Each picture's are handed to the system in one piece as soon as they are there, so a process that is killed loses
/// none that it has written; at worst the last picture's are torn, which the next run cuts off.
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

    /// <summary>Opens a file, new or for going on.</summary>
    /// <param name="format">What is in it.</param>
    /// <param name="path">The file.</param>
    /// <param name="done">Takes the hashes of the pictures that are in it; null for a new file.</param>
    /// <exception cref="UsageException">The file holds something else.</exception>
    public static async Task<LineResultFile> OpenAsync(IRowFormat format, string path, HashSet<UInt128>? done)
    {
        // Nobody else writes to it meanwhile.
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

    /// <summary>Collects the pictures that are in a file, and finds where the last whole one ends.</summary>
    private static long FindEnd(IRowFormat format, FileStream file, HashSet<UInt128> done, string path)
    {
        // A first line that is torn is the beginning of the header: the file is begun anew.
        var header = format.Header.Length > 0;
        var end = 0L;
        foreach (var (record, recordEnd) in Records(file, format.Quotes))
        {
            if (header)
            {
                header = record.AsSpan().SequenceEqual(format.Header)
                    ? false
                    : throw new UsageException($"{path} has other columns than this run writes.");
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

    /// <summary>The whole records of a file, each with its line break and where it ends.</summary>
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
