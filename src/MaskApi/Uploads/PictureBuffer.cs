using MaskApi.Problems;

namespace MaskApi.Uploads;

/// <summary>The bytes of one upload, in memory that grows as they come, within a limit and the common budget.</summary>
/// <param name="budget">The budget that all uploads share.</param>
/// <param name="limit">Most bytes this one may have.</param>
/// <param name="tooLarge">Makes the problem to end with when there are more.</param>
internal sealed class PictureBuffer(UploadBudget budget, int limit, Func<ProblemException> tooLarge) : IDisposable
{
    private const int FirstBlock = 64 * 1024;

    private UploadBlock? _block;
    private int _start;
    private int _length;

    /// <summary>What has been read.</summary>
    public Memory<byte> Bytes => Block.Slice(_start, _length);

    private Memory<byte> Block => _block?.Memory ?? Memory<byte>.Empty;

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="expected">How many bytes are announced; null when unknown. A hint that only bounds the growth.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask FillAsync(Stream source, long? expected, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_length == Block.Length)
            {
                Grow(expected);
            }

            var read = await source.ReadAsync(Block[_length..], cancellationToken);
            if (read == 0)
            {
                // What was kept for more is given back, so that a batch holds what was sent and not up to four times as much.
                _block!.Trim(Math.Max(1, _length));
                return;
            }

            _length += read;
            if (_length > limit)
            {
                throw tooLarge();
            }
        }
    }

    /// <summary>Memory for working on what has been read, within the same budget; owned by the caller.</summary>
    public UploadBlock RentScratch(int bytes) => budget.Rent(bytes);

    /// <summary>Narrows <see cref="Bytes"/> to a part of it, without copying.</summary>
    public void Narrow(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + length, _length);
        _start += start;
        _length = length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        (_block as IDisposable)?.Dispose();
        _block = null;
        _start = _length = 0;
    }

    private void Grow(long? expected)
    {
        // By fours: each time, what is there is copied. One byte more than expected, so that the read that finds
        // the end does not grow the buffer once more.
        var size = Math.Max(FirstBlock, (long)Block.Length * 4);
        if (expected is { } announced && announced > _length)
        {
            size = Math.Min(size, announced + 1);
        }

        var larger = budget.Rent((int)Math.Min(size, (long)limit + 1));
        Block.CopyTo(larger.Memory);
        (_block as IDisposable)?.Dispose();
        _block = larger;
    }
}
