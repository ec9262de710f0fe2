using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace MaskApi.Vision.Imaging;

/// <summary>
/// Native memory for pixels, outside the garbage collector's heaps: rasters are megabytes, live for milliseconds, and
/// would otherwise each be a large object. Freed blocks are kept for the next picture up to <see cref="RetainedLimit"/>,
/// which spares a picture of ordinary size the page faults of fresh memory and gives a huge one's back at once.
/// </summary>
internal static unsafe class PixelMemory
{
    /// <summary>Most bytes kept for reuse while nobody holds them.</summary>
    internal const long RetainedLimit = 64L << 20;

    private const nuint Alignment = 64;

    private static readonly ConcurrentDictionary<long, ConcurrentBag<nint>> _free = new();
    private static long _retained;
    private static long _outstanding;

    /// <summary>Bytes handed out and not yet returned: zero when nothing leaks.</summary>
    internal static long OutstandingBytes => Interlocked.Read(ref _outstanding);

    /// <summary>Bytes kept for reuse.</summary>
    internal static long RetainedBytes => Interlocked.Read(ref _retained);

    /// <summary>Hands out a block of at least <paramref name="bytes"/> bytes with undefined content.</summary>
    /// <param name="bytes">Bytes needed.</param>
    /// <param name="capacity">The block's size, to be given back to <see cref="Return"/>.</param>
    internal static nint Rent(long bytes, out long capacity)
    {
        capacity = RoundUp(bytes);
        Interlocked.Add(ref _outstanding, capacity);
        if (_free.TryGetValue(capacity, out var bag) && bag.TryTake(out var block))
        {
            Interlocked.Add(ref _retained, -capacity);
            return block;
        }

        return (nint)NativeMemory.AlignedAlloc((nuint)capacity, Alignment);
    }

    /// <summary>Takes a block back.</summary>
    /// <param name="block">What <see cref="Rent"/> returned.</param>
    /// <param name="capacity">Its size.</param>
    internal static void Return(nint block, long capacity)
    {
        Interlocked.Add(ref _outstanding, -capacity);
        if (Interlocked.Add(ref _retained, capacity) <= RetainedLimit)
        {
            _free.GetOrAdd(capacity, static _ => []).Add(block);
            return;
        }

        Interlocked.Add(ref _retained, -capacity);
        NativeMemory.AlignedFree((void*)block);
    }

    /// <summary>Sizes come in steps of an eighth of a power of two, so that blocks are reused and at most 12.5 % is wasted.</summary>
    private static long RoundUp(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        var step = Math.Max(4096L, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)bytes) / 16);
        return (bytes + step - 1) / step * step;
    }
}
