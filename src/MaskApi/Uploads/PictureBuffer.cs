using System.Buffers;
using MaskApi.Problems;

namespace MaskApi.Uploads;

/// <summary>The bytes of one upload, in pooled memory that grows as they come, within a limit and the common budget.</summary>
/// <param name="budget">The budget that all uploads share.</param>
/// <param name="limit">Most bytes this one may have.</param>
/// <param name="tooLarge">Makes the problem to end with when there are more.</param>
internal sealed class PictureBuffer(UploadBudget budget, int limit, Func<ProblemException> tooLarge) : IDisposable
{
    private const int FirstBlock = 64 * 1024;

    private byte[] _bytes = [];
    private IDisposable? _share;
    private int _start;
    private int _length;

    /// <summary>What has been read.</summary>
    public Memory<byte> Bytes => _bytes.AsMemory(_start, _length);

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="expected">How many bytes are announced; null when unknown. A hint that only bounds the growth.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask FillAsync(Stream source, long? expected, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_length == _bytes.Length)
            {
                Grow(expected);
            }

            var read = await source.ReadAsync(_bytes.AsMemory(_length), cancellationToken);
            if (read == 0)
            {
                return;
            }

            _length += read;
            if (_length > limit)
            {
                throw tooLarge();
            }
        }
    }

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
        Release(_bytes, _share);
        _bytes = [];
        _share = null;
        _start = _length = 0;
    }

    private void Grow(long? expected)
    {
        // One byte more than expected, so that the read that finds the end does not grow the buffer once more.
        var size = Math.Max(FirstBlock, (long)_bytes.Length * 2);
        if (expected is { } announced && announced > _length)
        {
            size = Math.Min(size, announced + 1);
        }

        size = Math.Min(size, (long)limit + 1);
        var share = budget.Take((int)size);
        var larger = ArrayPool<byte>.Shared.Rent((int)size);
        _bytes.AsSpan(0, _length).CopyTo(larger);
        Release(_bytes, _share);
        (_bytes, _share) = (larger, share);
    }

    private static void Release(byte[] bytes, IDisposable? share)
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }

        share?.Dispose();
    }
}
