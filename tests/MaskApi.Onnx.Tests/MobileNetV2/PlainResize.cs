namespace MaskApi.Onnx.Tests.MobileNetV2;

/// <summary>
/// Plain antialiased linear resizing as Pillow and <c>torch.nn.functional.interpolate(antialias=True)</c>
/// define it: a triangle filter as wide as the pixels of the smaller picture, renormalized at the edges.
/// </summary>
internal static class PlainResize
{
    /// <summary><c>uint8[n, h, w, 3]</c> to <c>float[n, 3, side, side]</c>, 0–255.</summary>
    public static float[] ToPlanes(byte[] pixels, int count, int height, int width, int side)
    {
        var columns = Taps(width, side);
        var rows = Taps(height, side);
        var result = new float[count * 3 * side * side];
        var between = new double[height * side];
        for (var plane = 0; plane < count * 3; plane++)
        {
            var (picture, channel) = Math.DivRem(plane, 3);
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < side; x++)
                {
                    between[(y * side) + x] = columns[x].Weights.Select((weight, tap) =>
                        weight * pixels[(((((picture * height) + y) * width) + columns[x].First + tap) * 3) + channel]).Sum();
                }
            }

            for (var y = 0; y < side; y++)
            {
                for (var x = 0; x < side; x++)
                {
                    var sum = 0.0;
                    for (var tap = 0; tap < rows[y].Weights.Length; tap++)
                    {
                        sum += rows[y].Weights[tap] * between[((rows[y].First + tap) * side) + x];
                    }

                    result[(((plane * side) + y) * side) + x] = (float)sum;
                }
            }
        }

        return result;
    }

    private static (int First, double[] Weights)[] Taps(int size, int side)
    {
        var scale = (double)size / side;
        var reach = Math.Max(scale, 1);
        return [.. Enumerable.Range(0, side).Select(index =>
        {
            var center = scale * (index + 0.5);
            var first = Math.Max((int)(center - reach + 0.5), 0);
            var end = Math.Min((int)(center + reach + 0.5), size);
            var weights = Enumerable.Range(first, end - first)
                .Select(pixel => Math.Max(0, 1 - (Math.Abs(pixel + 0.5 - center) / reach)))
                .ToArray();
            return (first, weights.Select(weight => weight / weights.Sum()).ToArray());
        })];
    }
}
