using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>
/// Resamples a rectangle of a picture into a detector's input, <c>uint8[height, width, 3]</c> RGB, black outside the picture. The triangle
/// filter grows with the reduction: bilinear up to a reduction by two, then increasingly an average. Works straight from the raster, one
/// output row at a time: source rows are weighted and summed, then that one row is filtered across. Holds scratch memory, so one caller at
/// a time.
/// </summary>
internal sealed class Letterbox
{
    /// <summary>
    /// Radius of the filter in output pixels, but never below one source pixel. The detectors were trained on plain bilinear samples and
    /// need them sharp: on kaggle853-dev, part <c>fit</c>, one pass has AP50 0.468 with a radius of 1 (what image libraries call
    /// antialiased), 0.467 with 0.75, 0.479 with 0.5 and 0.478 with 0.25, which would alias more.
    /// </summary>
    internal const double FilterRadius = 0.5;

    private readonly Taps _columns = new();
    private readonly Taps _rows = new();
    private float[] _sums = [];

    /// <summary>Fills a detector's input.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="region">The rectangle to sample; it may reach beyond the picture.</param>
    /// <param name="width">Width of the sample in pixels.</param>
    /// <param name="height">Height of the sample in pixels.</param>
    /// <param name="rgb">The destination; height × width × 3 bytes are written.</param>
    internal void Fill(Raster picture, PixelBox region, int width, int height, Span<byte> rgb)
    {
        _columns.Set(region.X, region.Width, width, picture.Width);
        _rows.Set(region.Y, region.Height, height, picture.Height);
        var stride = width * 3;
        rgb = rgb[..(height * stride)];
        if (_columns.Begin >= _columns.End || _rows.Begin >= _rows.End)
        {
            rgb.Clear();
            return;
        }

        var (left, right) = _columns.Covered;
        var bytes = (right - left) * Raster.BytesPerPixel;
        if (_sums.Length < bytes)
        {
            _sums = new float[bytes];
        }

        rgb[..(_rows.Begin * stride)].Clear();
        rgb[(_rows.End * stride)..].Clear();
        var source = picture.Pixels[(left * Raster.BytesPerPixel)..];
        for (var y = _rows.Begin; y < _rows.End; y++)
        {
            var sums = _sums.AsSpan(0, bytes);
            sums.Clear();
            var row = _rows.First(y);
            foreach (var weight in _rows.Weights(y))
            {
                AddRow(source.Slice(row * picture.Stride, bytes), weight, sums);
                row++;
            }

            SumAcross(sums, left, rgb.Slice(y * stride, stride));
        }
    }

    private static void AddRow(ReadOnlySpan<byte> row, float weight, Span<float> sums)
    {
        var i = 0;
        ref var from = ref MemoryMarshal.GetReference(row);
        ref var to = ref MemoryMarshal.GetReference(sums);
        var factor = new Vector<float>(weight);
        for (; i <= row.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            Add(first, factor, ref Unsafe.Add(ref to, i));
            Add(second, factor, ref Unsafe.Add(ref to, i + Vector<float>.Count));
            Add(third, factor, ref Unsafe.Add(ref to, i + (2 * Vector<float>.Count)));
            Add(fourth, factor, ref Unsafe.Add(ref to, i + (3 * Vector<float>.Count)));
        }

        for (; i < row.Length; i++)
        {
            sums[i] += row[i] * weight;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector<uint> values, Vector<float> factor, ref float sums) => Vector.FusedMultiplyAdd(
        Vector.ConvertToSingle(values.As<uint, int>()), factor, Vector.LoadUnsafe(ref sums)).StoreUnsafe(ref sums);

    private void SumAcross(ReadOnlySpan<float> sums, int left, Span<byte> rgb)
    {
        rgb[..(_columns.Begin * 3)].Clear();
        rgb[(_columns.End * 3)..].Clear();
        ref var source = ref MemoryMarshal.GetReference(sums);
        for (var x = _columns.Begin; x < _columns.End; x++)
        {
            var total = Vector128.Create(0.5f);
            var at = (nuint)(_columns.First(x) - left) * Raster.BytesPerPixel;
            foreach (var weight in _columns.Weights(x))
            {
                total = Vector128.FusedMultiplyAdd(Vector128.LoadUnsafe(ref source, at), Vector128.Create(weight), total);
                at += Raster.BytesPerPixel;
            }

            var rounded = Vector128.ConvertToInt32(total);
            rgb[x * 3] = (byte)rounded[0];
            rgb[(x * 3) + 1] = (byte)rounded[1];
            rgb[(x * 3) + 2] = (byte)rounded[2];
        }
    }

    /// <summary>For each output pixel along one axis: the first source pixel under the filter, and the weights from there on.</summary>
    private sealed class Taps
    {
        private int[] _first = [];
        private int[] _count = [];
        private float[] _weights = [];
        private int _stride;

        /// <summary>First output pixel whose center lies inside the picture.</summary>
        internal int Begin { get; private set; }

        /// <summary>One past the last output pixel whose center lies inside the picture.</summary>
        internal int End { get; private set; }

        /// <summary>The source pixels that any output pixel needs: the first, and one past the last.</summary>
        internal (int First, int End) Covered => (_first[Begin], _first[End - 1] + _count[End - 1]);

        internal int First(int index) => _first[index];

        internal ReadOnlySpan<float> Weights(int index) => _weights.AsSpan(index * _stride, _count[index]);

        /// <summary>Computes the weights.</summary>
        /// <param name="start">Start of the region, in source pixels.</param>
        /// <param name="side">Its length.</param>
        /// <param name="size">Number of output pixels.</param>
        /// <param name="length">Source pixels along this axis.</param>
        internal void Set(float start, float side, int size, int length)
        {
            if (_first.Length < size)
            {
                _first = new int[size];
                _count = new int[size];
            }

            var scale = (double)side / size;
            var radius = Math.Max(1, FilterRadius * scale);
            _stride = (int)Math.Ceiling(2 * radius) + 1;
            if (_weights.Length < size * _stride)
            {
                _weights = new float[size * _stride];
            }

            (Begin, End) = (size, 0);
            for (var i = 0; i < size; i++)
            {
                var center = start + ((i + 0.5) * scale);
                if (center < 0 || center >= length)
                {
                    continue;
                }

                Begin = Math.Min(Begin, i);
                End = i + 1;
                var first = Math.Max(0, (int)Math.Ceiling(center - radius - 0.5));
                var end = Math.Min(length, (int)Math.Floor(center + radius - 0.5) + 1);
                _first[i] = first;
                _count[i] = end - first;
                Weigh(_weights.AsSpan(i * _stride, end - first), first + 0.5 - center, radius);
            }
        }

        private static void Weigh(Span<float> weights, double offset, double radius)
        {
            var total = 0.0;
            for (var i = 0; i < weights.Length; i++)
            {
                var weight = Math.Max(0, 1 - (Math.Abs(offset + i) / radius));
                weights[i] = (float)weight;
                total += weight;
            }

            foreach (ref var weight in weights)
            {
                weight = (float)(weight / total);
            }
        }
    }
}
