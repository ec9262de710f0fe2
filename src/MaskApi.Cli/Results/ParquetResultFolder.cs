using System.Globalization;
using MaskApi.Cli.Commands;
using MaskApi.Cli.Inputs;
using Parquet.Serialization;

namespace MaskApi.Cli.Results;

/// <summary>
/// Results as a folder of Parquet files, which readers of Parquet take for one table. A Parquet file is readable only once its end is
/// written, so a part gets its name when it is complete. What a killed process had not written is done again.
/// </summary>
internal sealed class ParquetResultFolder : IResultWriter
{
    private const string Unfinished = ".tmp";

    /// <summary>
    /// Parts of this many pictures read well. A part is also written after a while, because a killed process loses what is in memory.
    /// </summary>
    private const int PicturesPerPart = 1000;

    private static readonly TimeSpan _longestPart = TimeSpan.FromSeconds(15);

    private readonly List<ResultRow> _rows = [];
    private readonly string _folder;
    private readonly TimeProvider _time;
    private int _next;
    private int _pictures;
    private long _begun;

    private ParquetResultFolder(string folder, int next, TimeProvider time)
    {
        _folder = folder;
        _next = next;
        _time = time;
        _begun = time.GetTimestamp();
    }

    /// <summary>Opens a folder, to begin or to resume.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="done">Receives the hashes of the pictures in it; null to begin.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="UsageException">The folder has other content.</exception>
    public static async Task<ParquetResultFolder> OpenAsync(string folder, HashSet<UInt128>? done, TimeProvider time)
    {
        if (File.Exists(folder))
        {
            throw new UsageException($"{folder} is a file; Parquet results are a folder of files.");
        }

        Directory.CreateDirectory(folder);
        var next = 0;
        foreach (var file in Directory.GetFiles(folder, "part-*"))
        {
            if (done is null || file.EndsWith(Unfinished, StringComparison.Ordinal))
            {
                File.Delete(file);
                continue;
            }

            try
            {
                await foreach (var row in RowsAsync(file).ConfigureAwait(false))
                {
                    done.Add(PictureName.Hash(row.Picture));
                }
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or Parquet.ParquetException)
            {
                throw new UsageException($"{file} cannot be resumed: {exception.Message}");
            }

            if (int.TryParse(Path.GetFileNameWithoutExtension(file)["part-".Length..], CultureInfo.InvariantCulture, out var number))
            {
                next = Math.Max(next, number + 1);
            }
        }

        return new ParquetResultFolder(folder, next, time);
    }

    /// <summary>The rows of one part.</summary>
    internal static async IAsyncEnumerable<ResultRow> RowsAsync(string file)
    {
        await using var stream = File.OpenRead(file);
        foreach (var row in (await ParquetSerializer.DeserializeAsync<ResultRow>(stream).ConfigureAwait(false)).Data)
        {
            yield return row;
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(IReadOnlyList<ResultRow> rows)
    {
        _rows.AddRange(rows);
        _pictures++;
        if (_pictures >= PicturesPerPart || _time.GetElapsedTime(_begun) >= _longestPart)
        {
            await WritePartAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await WritePartAsync().ConfigureAwait(false);

    private async Task WritePartAsync()
    {
        if (_rows.Count > 0)
        {
            var path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"part-{_next:00000}.parquet"));
            await using (var stream = File.Create(path + Unfinished))
            {
                await ParquetSerializer.SerializeAsync(_rows, stream).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(path + Unfinished, path);
            _rows.Clear();
            _next++;
        }

        _pictures = 0;
        _begun = _time.GetTimestamp();
    }
}
