using MaskApi.Problems;

namespace MaskApi.Uploads;

/// <summary>The bytes of one upload, in memory that grows as they arrive, within a limit and the shared budget.</summary>
/// <param name="budget">The budget that all uploads share.</param>
/// <param name="limit">Maximum bytes of this upload.</param>
/// <param name="tooLarge">Creates the problem if there are more.</param>
internal sealed class PictureBuffer(UploadBudget budget, int limit, Func<ProblemException> tooLarge) : IDisposable
{
    private const int FirstBlock = 64 * 1024;

    private UploadBlock? _block;
    private int _start;
    private int _length;

    /// <summary>The bytes read so far.</summary>
    public Memory<byte> Bytes => Block.Slice(_start, _length);

    private Memory<byte> Block => _block?.Memory ?? Memory<byte>.Empty;

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="source">The stream to read.</param>
    /// <param name="expected">The announced length; null if unknown. A hint that only bounds the growth.</param>
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
                // Release the excess, so a batch holds what was sent and not up to four times as much.
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

    /// <summary>Allocates scratch memory for the bytes read, within the same budget; owned by the caller.</summary>
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
        // Grow fourfold, as each growth copies everything. One byte more than expected lets the read that finds the end do so without
        // growing.
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
