using System.Numerics;

namespace MaskApi.Onnx.Quantization;

/// <summary>
/// Mean and covariance of the values that a convolution's weights meet, group by group: what says how much an error of one
/// weight matters, and which other weight can make up for it.
/// </summary>
internal sealed class PatchMoments
{
    // Positions looked at in one picture: neighbors say nearly the same, so a grid of 64 is as good as all of them.
    private const int GridSide = 8;

    private readonly ConvolutionShape _shape;
    private readonly int _channels;
    private readonly double[][] _sums;
    private readonly double[][] _products;
    private readonly double[] _patch;
    private long _count;

    public PatchMoments(ConvolutionShape shape, int channels)
    {
        _shape = shape;
        _channels = channels / shape.Groups;
        Length = _channels * shape.KernelHeight * shape.KernelWidth;
        _patch = new double[Length];
        _sums = [.. Enumerable.Range(0, shape.Groups).Select(_ => new double[Length])];
        _products = [.. Enumerable.Range(0, shape.Groups).Select(_ => new double[Length * Length])];
    }

    /// <summary>Weights of one output channel: channels of a group times the kernel's size.</summary>
    public int Length { get; }

    /// <summary>Takes in what one picture shows the convolution.</summary>
    /// <param name="values">Row-major <c>[channels, height, width]</c>.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public void Add(ReadOnlySpan<float> values, int height, int width)
    {
        var rows = ((height + _shape.Top + _shape.Bottom - _shape.KernelHeight) / _shape.StrideHeight) + 1;
        var columns = ((width + _shape.Left + _shape.Right - _shape.KernelWidth) / _shape.StrideWidth) + 1;
        foreach (var row in Grid(rows))
        {
            foreach (var column in Grid(columns))
            {
                for (var group = 0; group < _shape.Groups; group++)
                {
                    var planes = values.Slice(group * _channels * height * width, _channels * height * width);
                    Read(planes, height, width, (row * _shape.StrideHeight) - _shape.Top, (column * _shape.StrideWidth) - _shape.Left);
                    Accumulate(_sums[group], _products[group]);
                }

                _count++;
            }
        }
    }

    /// <summary>The mean of each value of the patch.</summary>
    /// <param name="group">The group of the convolution.</param>
    /// <param name="factors">What each channel of the convolution's input is multiplied by.</param>
    public double[] Mean(int group, ReadOnlySpan<float> factors)
    {
        var result = new double[Length];
        for (var i = 0; i < Length; i++)
        {
            result[i] = _sums[group][i] / Math.Max(_count, 1) * FactorOf(group, i, factors);
        }

        return result;
    }

    /// <summary>The covariance of the patch's values, row-major.</summary>
    /// <param name="group">The group of the convolution.</param>
    /// <param name="factors">What each channel of the convolution's input is multiplied by.</param>
    public double[] Covariance(int group, ReadOnlySpan<float> factors)
    {
        var mean = Mean(group, factors);
        var result = new double[Length * Length];
        for (var i = 0; i < Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var product = _products[group][(i * Length) + j] / Math.Max(_count, 1);
                var value = (product * FactorOf(group, i, factors) * FactorOf(group, j, factors)) - (mean[i] * mean[j]);
                result[(i * Length) + j] = value;
                result[(j * Length) + i] = value;
            }
        }

        return result;
    }

    private float FactorOf(int group, int position, ReadOnlySpan<float> factors) =>
        factors[(group * _channels) + (position / (_shape.KernelHeight * _shape.KernelWidth))];

    private static IEnumerable<int> Grid(int size) => size <= GridSide
        ? Enumerable.Range(0, size)
        : Enumerable.Range(0, GridSide).Select(step => step * (size - 1) / (GridSide - 1));

    private void Read(ReadOnlySpan<float> planes, int height, int width, int top, int left)
    {
        var next = 0;
        for (var channel = 0; channel < _channels; channel++)
        {
            for (var y = top; y < top + _shape.KernelHeight; y++)
            {
                for (var x = left; x < left + _shape.KernelWidth; x++)
                {
                    var inside = y >= 0 && x >= 0 && y < height && x < width;
                    _patch[next++] = inside ? planes[(((channel * height) + y) * width) + x] : 0;
                }
            }
        }
    }

    // Only the lower half of the products: the other is its mirror image.
    private void Accumulate(double[] sums, double[] products)
    {
        for (var i = 0; i < Length; i++)
        {
            var value = _patch[i];
            if (value == 0)
            {
                continue;
            }

            sums[i] += value;
            var row = products.AsSpan(i * Length, i + 1);
            var j = 0;
            for (; j + Vector<double>.Count <= row.Length; j += Vector<double>.Count)
            {
                (new Vector<double>(row[j..]) + (value * new Vector<double>(_patch, j))).CopyTo(row[j..]);
            }

            for (; j < row.Length; j++)
            {
                row[j] += value * _patch[j];
            }
        }
    }
}
