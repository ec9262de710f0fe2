namespace MaskApi.Onnx.Quantization;

/// <summary>A convolution's weights and bias as integers, one scale per output channel.</summary>
/// <param name="Weights">In the order of the float weights.</param>
/// <param name="WeightScales">weight = scale · integer.</param>
/// <param name="Bias">bias = input scale · weight scale · integer.</param>
/// <param name="BiasScales">Input scale · weight scale.</param>
internal sealed record WeightQuantization(sbyte[] Weights, float[] WeightScales, int[] Bias, float[] BiasScales)
{
    /// <summary>
    /// The most that any two weights of a channel may add up to. Processors without VNNI multiply bytes with
    /// <c>vpmaddubsw</c>, which adds two products in 16 bits and saturates: 255 · 128 = 32640 still fits, so with this limit no
    /// sum ever saturates and every processor gives the same answer.
    /// </summary>
    public const int PairLimit = 128;

    // Batch normalization leaves channels whose weights are all zero and whose bias is not. A scale taken from the weights
    // alone would be 0, and bias / (input scale · weight scale) would overflow 32 bits; 2^30 leaves room for the products.
    private const float BiasLimit = 1 << 30;

    /// <summary>Quantizes symmetrically, channel by channel.</summary>
    /// <param name="weights">Row-major, output channel first.</param>
    /// <param name="bias">One value per output channel.</param>
    /// <param name="inputScale">The scale of the activation that the weights are multiplied with.</param>
    /// <param name="moments">What the weights meet, for each of <paramref name="groups"/>.</param>
    /// <param name="inputFactors">What each channel of the input is multiplied by, before it is quantized.</param>
    /// <param name="groups">The convolution's groups.</param>
    public static WeightQuantization Of(
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> bias,
        float inputScale,
        PatchMoments moments,
        ReadOnlySpan<float> inputFactors,
        int groups)
    {
        var channels = bias.Length;
        var length = moments.Length;
        var result = new WeightQuantization(new sbyte[weights.Length], new float[channels], new int[channels], new float[channels]);
        var rounded = new int[length];
        for (var group = 0; group < groups; group++)
        {
            var mean = moments.Mean(group, inputFactors);
            var feedback = new ErrorFeedback(moments.Covariance(group, inputFactors));
            for (var channel = group * channels / groups; channel < (group + 1) * channels / groups; channel++)
            {
                var row = weights.Slice(channel * length, length);
                var scale = Round(row, Math.Abs(bias[channel]) / (inputScale * BiasLimit), feedback, rounded);
                var shift = 0.0;
                for (var i = 0; i < length; i++)
                {
                    result.Weights[(channel * length) + i] = (sbyte)rounded[i];
                    shift += ((rounded[i] * (double)scale) - row[i]) * mean[i];
                }

                // Rounded weights shift the output's mean; the bias takes that back (Nagel et al., Data-Free Quantization
                // Through Weight Equalization and Bias Correction, https://arxiv.org/abs/1906.04721, section 4.2).
                result.WeightScales[channel] = scale;
                result.BiasScales[channel] = inputScale * scale;
                result.Bias[channel] = (int)Math.Round((bias[channel] - shift) / result.BiasScales[channel]);
            }
        }

        return result;
    }

    // The finest scale with which no pair passes the limit. Feedback may move a weight past where rounding alone would put it,
    // so the scale grows until the limit holds.
    private static float Round(ReadOnlySpan<float> weights, float least, ErrorFeedback feedback, int[] rounded)
    {
        const float growth = 1.02f;
        var scale = Math.Max(LargestPair(weights) / PairLimit, least);
        if (scale == 0)
        {
            scale = 1;
        }

        while (true)
        {
            feedback.Round(weights, scale, rounded);
            if (LargestPair([.. rounded.Select(value => (float)value)]) <= PairLimit && rounded.All(value => Math.Abs(value) < PairLimit))
            {
                return scale;
            }

            scale *= growth;
        }
    }

    // The largest sum of two weights of one sign; a single weight counts as a pair with 0.
    private static float LargestPair(ReadOnlySpan<float> weights)
    {
        var (most, second, least, secondMin) = (0f, 0f, 0f, 0f);
        foreach (var weight in weights)
        {
            if (weight > most)
            {
                (most, second) = (weight, most);
            }
            else if (weight > second)
            {
                second = weight;
            }

            if (weight < least)
            {
                (least, secondMin) = (weight, least);
            }
            else if (weight < secondMin)
            {
                secondMin = weight;
            }
        }

        return Math.Max(most + second, -(least + secondMin));
    }
}
