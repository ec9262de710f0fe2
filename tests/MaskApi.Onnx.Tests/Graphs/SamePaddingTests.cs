using MaskApi.Onnx.Graphs;

namespace MaskApi.Onnx.Tests.Graphs;

public sealed class SamePaddingTests
{
    // total = max((ceil(size / stride) − 1) · stride + (kernel − 1) · dilation + 1 − size, 0), with an odd pixel at the end.
    [Theory]
    [InlineData(224, 3, 2, 1, 0, 1)]
    [InlineData(7, 3, 2, 1, 1, 1)]
    [InlineData(128, 5, 2, 1, 1, 2)]
    [InlineData(14, 3, 1, 1, 1, 1)]
    [InlineData(14, 1, 1, 1, 0, 0)]
    [InlineData(14, 1, 2, 1, 0, 0)]
    [InlineData(10, 3, 1, 2, 2, 2)]
    [InlineData(3, 2, 2, 1, 0, 1)]
    [InlineData(4, 2, 3, 1, 0, 1)]
    public void Padding_is_TensorFlows(int size, int kernel, int stride, int dilation, int before, int after) =>
        Assert.Equal(new SamePadding(before, after), SamePadding.For(size, kernel, stride, dilation));
}
