using MaskApi.Onnx.Graphs;

namespace MaskApi.Onnx.Tflite;

/// <summary>The options of a convolution or pooling: how its kernel moves, and the activation of the sums.</summary>
/// <param name="Window">Kernel size, stride, dilation, and the padding at the file's own picture size.</param>
/// <param name="Activation">The fused activation.</param>
public sealed record TfliteWindow(Window Window, TfliteActivation Activation)
{
    /// <summary>Reads the options of an operator.</summary>
    /// <param name="model">The model.</param>
    /// <param name="entry">A <c>CONV_2D</c>, <c>DEPTHWISE_CONV_2D</c> or <c>MAX_POOL_2D</c> of it.</param>
    /// <returns>The window and the activation.</returns>
    /// <exception cref="NotSupportedException">The operator has no window, or an unknown padding.</exception>
    public static TfliteWindow Of(TfliteModel model, TfliteOperator entry)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(entry);

        // Field numbers in the schema's Conv2DOptions, DepthwiseConv2DOptions and Pool2DOptions, which start alike.
        const int padding = 0, strideWidth = 1, strideHeight = 2;
        const int convolutionActivation = 3, convolutionDilationWidth = 4, convolutionDilationHeight = 5;
        const int depthwiseActivation = 4, depthwiseDilationWidth = 5, depthwiseDilationHeight = 6;
        const int filterWidth = 3, filterHeight = 4, poolActivation = 5;
        var stepped = new Window
        {
            KernelHeight = 1,
            KernelWidth = 1,
            StrideHeight = entry.OptionInt32(strideHeight),
            StrideWidth = entry.OptionInt32(strideWidth),
            DilationHeight = 1,
            DilationWidth = 1,
        };
        var (window, activation) = entry.Code switch
        {
            TfliteOperatorCode.Conv2D => (WithKernel(convolutionDilationHeight, convolutionDilationWidth), convolutionActivation),
            TfliteOperatorCode.DepthwiseConv2D => (WithKernel(depthwiseDilationHeight, depthwiseDilationWidth), depthwiseActivation),
            TfliteOperatorCode.MaxPool2D => (
                stepped with { KernelHeight = entry.OptionInt32(filterHeight), KernelWidth = entry.OptionInt32(filterWidth) },
                poolActivation),
            _ => throw new NotSupportedException($"The operator {entry.Code} has no window."),
        };

        var input = model.Tensors[entry.Inputs[0]].Shape;
        return new TfliteWindow(
            (TflitePadding)entry.OptionSByte(padding) switch
            {
                TflitePadding.Same => window.PaddedSame(input[1], input[2]),
                TflitePadding.Valid => window,
                var other => throw new NotSupportedException($"The padding {other} is not supported."),
            },
            (TfliteActivation)entry.OptionSByte(activation));

        // A kernel is OHWI or 1HWC; height and width are in the same places.
        Window WithKernel(int dilationHeight, int dilationWidth) => stepped with
        {
            KernelHeight = model.Tensors[entry.Inputs[1]].Shape[1],
            KernelWidth = model.Tensors[entry.Inputs[1]].Shape[2],
            DilationHeight = entry.OptionInt32(dilationHeight, 1),
            DilationWidth = entry.OptionInt32(dilationWidth, 1),
        };
    }
}
