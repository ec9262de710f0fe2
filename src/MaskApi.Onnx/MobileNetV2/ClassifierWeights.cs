namespace MaskApi.Onnx.MobileNetV2;

/// <summary>The parameters of one convolution.</summary>
/// <param name="Kernel">Row-major <c>[out, in / groups, height, width]</c>, PyTorch's order.</param>
/// <param name="Bias">One value per output channel.</param>
public sealed record ConvolutionNumbers(ReadOnlyMemory<float> Kernel, ReadOnlyMemory<float> Bias);

/// <summary>The parameters of one dense layer.</summary>
/// <param name="Weight">Row-major <c>[out, in]</c>, PyTorch's order.</param>
/// <param name="Bias">One value per output.</param>
public sealed record DenseNumbers(ReadOnlyMemory<float> Weight, ReadOnlyMemory<float> Bias);

/// <summary>
/// A yes-or-no question about the pooled features: a dense layer with ReLU, a dense layer with one output, a temperature that calibrates
/// the logit (Guo et al., <a href="https://arxiv.org/abs/1706.04599">On Calibration of Modern Neural Networks</a>, 2017), a sigmoid.
/// </summary>
/// <param name="LogitName">The output with the logit: above 0 means yes. It is not divided by the temperature.</param>
/// <param name="ProbabilityName">The output with the calibrated probability, sigmoid(logit / temperature).</param>
/// <param name="Hidden">The first dense layer: the pooled features to any number of units.</param>
/// <param name="Output">The second dense layer: those units to one.</param>
/// <param name="Temperature">Above 0; 1 leaves the logit unchanged.</param>
public sealed record BinaryHead(
    string LogitName, string ProbabilityName, DenseNumbers Hidden, DenseNumbers Output, float Temperature)
{
    /// <summary>The mask head that every classifier has, with outputs <c>logit</c> and <c>mask_probability</c>.</summary>
    /// <param name="hidden">The first dense layer.</param>
    /// <param name="output">The second dense layer.</param>
    /// <param name="temperature">Above 0; 1 leaves the logit unchanged.</param>
    /// <returns>The head.</returns>
    public static BinaryHead Mask(DenseNumbers hidden, DenseNumbers output, float temperature) =>
        new("logit", "mask_probability", hidden, output, temperature);

    /// <summary>
    /// The head that tells how a mask is worn: outputs <c>fit_logit</c> and <c>fit_probability</c>, that nose and mouth are covered if
    /// there is a mask at all.
    /// </summary>
    /// <param name="hidden">The first dense layer; if it is the mask head's own object, the two share its work.</param>
    /// <param name="output">The second dense layer.</param>
    /// <param name="temperature">Above 0; 1 leaves the logit unchanged.</param>
    /// <returns>The head.</returns>
    public static BinaryHead Fit(DenseNumbers hidden, DenseNumbers output, float temperature) =>
        new("fit_logit", "fit_probability", hidden, output, temperature);
}
