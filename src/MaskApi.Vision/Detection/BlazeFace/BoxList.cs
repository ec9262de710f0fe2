using System.Numerics;
using System.Runtime.Intrinsics;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>
/// Boxes as structure of arrays, so that boxes without overlap are skipped eight at a time. A crowd brings thousands of raw detections, and
/// merging compares each with all others.
/// </summary>
internal sealed class BoxList
{
    private float[] _left = [];
    private float[] _top = [];
    private float[] _right = [];
    private float[] _bottom = [];

    /// <summary>Number of boxes.</summary>
    internal int Count { get; private set; }

    /// <summary>Removes all boxes but keeps the memory.</summary>
    internal void Clear() => Count = 0;

    /// <summary>Appends a box.</summary>
    internal void Add(PixelBox box)
    {
        if (Count == _left.Length)
        {
            var length = Math.Max(64, 2 * Count);
            Array.Resize(ref _left, length);
            Array.Resize(ref _top, length);
            Array.Resize(ref _right, length);
            Array.Resize(ref _bottom, length);
        }

        (_left[Count], _top[Count], _right[Count], _bottom[Count]) = (box.X, box.Y, box.Right, box.Bottom);
        Count++;
    }

    /// <summary>The first box from <paramref name="index"/> on that overlaps another one; <see cref="Count"/> if none does.</summary>
    internal int NextOverlapping(PixelBox box, int index)
    {
        var (left, top) = (Vector256.Create(box.X), Vector256.Create(box.Y));
        var (right, bottom) = (Vector256.Create(box.Right), Vector256.Create(box.Bottom));
        for (; index <= Count - Vector256<float>.Count; index += Vector256<float>.Count)
        {
            var from = (nuint)index;
            var across = Vector256.LessThan(Vector256.LoadUnsafe(ref _left[0], from), right)
                & Vector256.GreaterThan(Vector256.LoadUnsafe(ref _right[0], from), left);
            var down = Vector256.LessThan(Vector256.LoadUnsafe(ref _top[0], from), bottom)
                & Vector256.GreaterThan(Vector256.LoadUnsafe(ref _bottom[0], from), top);
            if ((across & down).ExtractMostSignificantBits() is var mask and not 0)
            {
                return index + BitOperations.TrailingZeroCount(mask);
            }
        }

        while (index < Count && !(_left[index] < box.Right && _right[index] > box.X && _top[index] < box.Bottom && _bottom[index] > box.Y))
        {
            index++;
        }

        return index;
    }
}
