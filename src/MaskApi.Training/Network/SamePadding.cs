namespace MaskApi.Training.Network;

/// <summary>TensorFlow's <c>SAME</c> padding: the output has <c>⌈size / stride⌉</c> cells, and an odd leftover goes to the end.</summary>
/// <remarks>
/// With stride 2 on an even size, no cell is added before and one after; torch's own padding would add one on both sides.
/// </remarks>
internal static class SamePadding
{
    /// <summary>Cells to add before and after one dimension.</summary>
    /// <param name="size">The dimension's size.</param>
    /// <param name="kernel">The window's size.</param>
    /// <param name="stride">The step.</param>
    public static (long Before, long After) Of(long size, long kernel, long stride)
    {
        var cells = (size + stride - 1) / stride;
        var total = Math.Max(((cells - 1) * stride) + kernel - size, 0);
        return (total / 2, total - (total / 2));
    }
}
