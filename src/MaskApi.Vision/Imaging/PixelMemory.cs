using System.Numerics;
using System.Runtime.InteropServices;

namespace MaskApi.Vision.Imaging;

/// <summary>
/// Native memory for pixels, outside the garbage collector's heaps: rasters are megabytes and live for milliseconds, and each would be a
/// large object. Freed blocks are kept for the next picture up to <see cref="RetainedLimit"/>, which saves ordinary pictures the page
/// faults of fresh memory and releases a huge one's at once. <see cref="Trim"/> releases what is no longer used, so odd sizes do not pile
/// up.
/// </summary>
internal static unsafe class PixelMemory
{
    /// <summary>Maximum bytes kept for reuse.</summary>
    internal const long RetainedLimit = 64L << 20;

    private const nuint Alignment = 64;

    /// <summary>Free blocks by size. Each list is in order of return, and the last one is used next.</summary>
    private static readonly Dictionary<long, List<FreeBlock>> _free = [];
    private static readonly Lock _lock = new();
    private static long _retained;
    private static long _outstanding;
    private static int _age;

    /// <summary>Bytes rented and not yet returned: zero if nothing leaks.</summary>
    internal static long OutstandingBytes => Interlocked.Read(ref _outstanding);

    /// <summary>Bytes kept for reuse.</summary>
    internal static long RetainedBytes => Interlocked.Read(ref _retained);

    /// <summary>Rents a block of at least <paramref name="bytes"/> bytes with undefined content.</summary>
    /// <param name="bytes">Bytes needed.</param>
    /// <param name="capacity">The block's size, to be passed to <see cref="Return"/>.</param>
    /// <exception cref="OutOfMemoryException">There is not enough memory.</exception>
    internal static nint Rent(long bytes, out long capacity)
    {
        capacity = RoundUp(bytes);
        var rented = Reuse(capacity) ?? (nint)NativeMemory.AlignedAlloc((nuint)capacity, Alignment);
        Interlocked.Add(ref _outstanding, capacity);
        return rented;
    }

    /// <summary>Whether as much memory can be had now.</summary>
    /// <param name="bytes">Bytes needed.</param>
    internal static bool CanRent(long bytes)
    {
        try
        {
            NativeMemory.AlignedFree(NativeMemory.AlignedAlloc((nuint)bytes, Alignment));
            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }

    private static nint? Reuse(long capacity)
    {
        lock (_lock)
        {
            if (_free.TryGetValue(capacity, out var blocks) && blocks.Count > 0)
            {
                var block = blocks[^1].Address;
                blocks.RemoveAt(blocks.Count - 1);
                _retained -= capacity;
                return block;
            }
        }

        return null;
    }

    /// <summary>Returns a block.</summary>
    /// <param name="block">The block from <see cref="Rent"/>.</param>
    /// <param name="capacity">Its size.</param>
    internal static void Return(nint block, long capacity)
    {
        Interlocked.Add(ref _outstanding, -capacity);
        lock (_lock)
        {
            if (_retained + capacity <= RetainedLimit)
            {
                if (!_free.TryGetValue(capacity, out var blocks))
                {
                    _free.Add(capacity, blocks = []);
                }

                blocks.Add(new FreeBlock(block, _age));
                _retained += capacity;
                return;
            }
        }

        NativeMemory.AlignedFree((void*)block);
    }

    /// <summary>Frees the blocks that nobody has used since the previous call.</summary>
    internal static void Trim()
    {
        lock (_lock)
        {
            foreach (var (capacity, blocks) in _free)
            {
                var unused = 0;
                for (; unused < blocks.Count && blocks[unused].Age < _age; unused++)
                {
                    NativeMemory.AlignedFree((void*)blocks[unused].Address);
                    _retained -= capacity;
                }

                blocks.RemoveRange(0, unused);
                if (blocks.Count == 0)
                {
                    _free.Remove(capacity);
                }
            }

            _age++;
        }
    }

    /// <summary>Rounds up in steps of an eighth of a power of two, so blocks are reused and at most 12.5 % is wasted.</summary>
    private static long RoundUp(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        var step = Math.Max(4096L, (long)BitOperations.RoundUpToPowerOf2((ulong)bytes) / 16);
        return (bytes + step - 1) / step * step;
    }

    /// <summary>A block and the number of <see cref="Trim"/> calls before its return.</summary>
    private readonly record struct FreeBlock(nint Address, int Age);
}
