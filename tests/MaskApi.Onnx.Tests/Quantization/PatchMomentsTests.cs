using MaskApi.Onnx.Quantization;

namespace MaskApi.Onnx.Tests.Quantization;

public sealed class PatchMomentsTests
{
    private static readonly ConvolutionShape _pointwise = new(1, 1, 1, 1, 1, 0, 0, 0, 0);

    // Two channels over four pixels: (1, 2, 3, 4) and (2, 4, 6, 8). Means 2.5 and 5; variances 1.25 and 5, covariance 2.5.
    [Fact]
    public void Channels_of_a_pointwise_convolution_are_compared()
    {
        var moments = new PatchMoments(_pointwise, 2);

        moments.Add([1, 2, 3, 4, 2, 4, 6, 8], 2, 2);

        Assert.Equal([2.5, 5], moments.Mean(0, [1, 1]));
        Assert.Equal([1.25, 2.5, 2.5, 5], moments.Covariance(0, [1, 1]));
    }

    [Fact]
    public void Factors_rescale_what_was_seen()
    {
        var moments = new PatchMoments(_pointwise, 2);

        moments.Add([1, 2, 3, 4, 2, 4, 6, 8], 2, 2);

        Assert.Equal([5, 5], moments.Mean(0, [2, 1]));
        Assert.Equal([5, 5, 5, 5], moments.Covariance(0, [2, 1]));
    }

    // A depthwise 1x2 kernel with one column of padding on the right, over (1, 2) and (10, 20): each channel by itself sees
    // (1, 2), (2, 0) and (10, 20), (20, 0).
    [Fact]
    public void Depthwise_convolutions_see_their_own_channel_and_the_padding()
    {
        var moments = new PatchMoments(new ConvolutionShape(2, 1, 2, 1, 1, 0, 0, 0, 1), 2);

        moments.Add([1, 2, 10, 20], 1, 2);

        Assert.Equal([1.5, 1], moments.Mean(0, [1, 1]));
        Assert.Equal([15, 10], moments.Mean(1, [1, 1]));
        Assert.Equal([0.25, -0.5, -0.5, 1], moments.Covariance(0, [1, 1]));
    }
}
