namespace MaskApi.Onnx.Graphs;

/// <summary>
/// TensorFlow's <c>SAME</c> padding of one axis: the output has <c>ceil(size / stride)</c> elements. If the total padding is odd, the
/// extra element goes to the end. With stride 2, an even size and a 3-wide kernel that is nothing before and one after, unlike PyTorch's
/// symmetric padding.
/// </summary>
/// <remarks>Source: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2.</remarks>
/// <param name="Before">Zeros before the first element.</param>
/// <param name="After">Zeros after the last element.</param>
public readonly record struct SamePadding(int Before, int After)
{
    /// <summary>Computes the padding of one axis.</summary>
    /// <param name="size">The input's size along the axis.</param>
    /// <param name="kernel">The kernel's size along the axis, without dilation.</param>
    /// <param name="stride">The stride.</param>
    /// <param name="dilation">The distance between the kernel's elements.</param>
    /// <returns>The padding.</returns>
    public static SamePadding For(int size, int kernel, int stride, int dilation = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kernel);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stride);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dilation);
        var reach = ((kernel - 1) * dilation) + 1;
        var outputs = (size + stride - 1) / stride;
        var total = Math.Max(((outputs - 1) * stride) + reach - size, 0);
        return new SamePadding(total / 2, total - (total / 2));
    }
}
