using MaskApi.Onnx.Quantization;

namespace MaskApi.Onnx.Tests.Quantization;

public sealed class ActivationRangeTests
{
    [Theory]
    [InlineData(0, 6, 6f / 255, 0)]
    [InlineData(-2, 1, 3f / 255, 170)]
    [InlineData(-3, -1, 3f / 255, 255)]
    [InlineData(2, 5, 5f / 255, 0)]
    [InlineData(0, 0, 1, 0)]
    public void Zero_is_always_a_level(float minimum, float maximum, float scale, byte zeroPoint) =>
        Assert.Equal((scale, zeroPoint), new ActivationRange(minimum, maximum).ToUInt8());

    [Theory]
    [InlineData(1, -1)]
    [InlineData(float.NaN, 1)]
    [InlineData(0, float.PositiveInfinity)]
    public void What_is_no_range_is_refused(float minimum, float maximum) =>
        Assert.Throws<InvalidOperationException>(() => new ActivationRange(minimum, maximum).ToUInt8());
}
