using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Quantization;

/// <summary>What a <c>Conv</c> node says about itself, as far as the values under its kernel are concerned.</summary>
/// <param name="Groups">1, or the number of channels where depthwise.</param>
/// <param name="KernelHeight">Rows of the kernel.</param>
/// <param name="KernelWidth">Columns of the kernel.</param>
/// <param name="StrideHeight">Rows from one position to the next.</param>
/// <param name="StrideWidth">Columns from one position to the next.</param>
/// <param name="Top">Rows of zeros above.</param>
/// <param name="Left">Columns of zeros on the left.</param>
/// <param name="Bottom">Rows of zeros below.</param>
/// <param name="Right">Columns of zeros on the right.</param>
internal readonly record struct ConvolutionShape(
    int Groups, int KernelHeight, int KernelWidth, int StrideHeight, int StrideWidth, int Top, int Left, int Bottom, int Right)
{
    public static ConvolutionShape Of(NodeProto node)
    {
        long[] Ints(string name, params long[] otherwise) =>
            node.Attribute.FirstOrDefault(attribute => attribute.Name == name) is { } found ? [.. found.Ints] : otherwise;

        if (Ints("dilations", 1, 1).Any(dilation => dilation != 1))
        {
            throw new NotSupportedException($"'{node.Name}': dilated convolutions are not quantized.");
        }

        var kernel = Ints("kernel_shape");
        var strides = Ints("strides", 1, 1);
        var pads = Ints("pads", 0, 0, 0, 0);
        if (kernel.Length != 2)
        {
            throw new NotSupportedException($"'{node.Name}' is not a two-dimensional convolution with a kernel_shape.");
        }

        var groups = node.Attribute.FirstOrDefault(attribute => attribute.Name == "group")?.I ?? 1;
        return new ConvolutionShape(
            (int)groups,
            (int)kernel[0],
            (int)kernel[1],
            (int)strides[0],
            (int)strides[1],
            (int)pads[0],
            (int)pads[1],
            (int)pads[2],
            (int)pads[3]);
    }
}
