using MaskApi.Onnx.Graphs;

namespace MaskApi.Onnx.Tests.Graphs;

public sealed class AxisOrderTests
{
    // [2, 1, 2, 3] (OHWI) to [2, 3, 1, 2] (OIHW), by hand.
    [Fact]
    public void Kernels_go_from_OHWI_to_OIHW() => Assert.Equal(
        [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11],
        AxisOrder.Permute([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [2, 1, 2, 3], [0, 3, 1, 2]));

    [Fact]
    public void Reordering_there_and_back_changes_nothing()
    {
        float[] values = [.. Enumerable.Range(0, 2 * 3 * 4 * 5).Select(value => (float)value)];

        var there = AxisOrder.Permute(values, [2, 3, 4, 5], [0, 3, 1, 2]);
        var back = AxisOrder.Permute(there, [2, 5, 3, 4], [0, 2, 3, 1]);

        Assert.NotEqual(values, there);
        Assert.Equal(values, back);
    }

    [Fact]
    public void A_shape_that_does_not_fit_is_refused() =>
        Assert.Throws<ArgumentException>(() => AxisOrder.Permute([1, 2, 3], [2, 2], [1, 0]));
}
