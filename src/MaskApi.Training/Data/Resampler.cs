namespace MaskApi.Training.Data;

/// <summary>A rectangle with fractional edges, in pixels.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Width, above 0.</param>
/// <param name="Height">Height, above 0.</param>
public readonly record struct SampleRect(double X, double Y, double Width, double Height);

/// <summary>
/// Antialiased linear resizing. Applies the same triangle filter as the exported graph (ONNX <c>Resize</c>, <c>linear</c>,
/// <c>antialias=1</c>) and <c>torch.nn.functional.interpolate(antialias=True)</c>, so training sees what inference sees.
/// </summary>
public static class Resampler
{
    /// <summary>Resizes a rectangle of a picture to a given size.</summary>
    /// <param name="source">The picture.</param>
    /// <param name="rect">The rectangle. May reach beyond the picture, whose edge pixels are then repeated.</param>
    /// <param name="width">Width of the result, in pixels.</param>
    /// <param name="height">Height of the result, in pixels.</param>
    public static RgbImage Resize(RgbImage source, SampleRect rect, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(source);
        var columns = Taps.Of(rect.X, rect.Width, width, source.Width);
        var rows = Taps.Of(rect.Y, rect.Height, height, source.Height);
        var (firstRow, lastRow) = (rows.First, rows.Last);
        var stride = width * 3;
        var between = new float[(lastRow - firstRow + 1) * stride];
        for (var y = firstRow; y <= lastRow; y++)
        {
            var line = source.Pixels.AsSpan(y * source.Width * 3, source.Width * 3);
            var target = between.AsSpan((y - firstRow) * stride, stride);
            for (var x = 0; x < width; x++)
            {
                float r = 0, g = 0, b = 0;
                for (var t = columns.Start[x]; t < columns.Start[x + 1]; t++)
                {
                    var weight = columns.Weight[t];
                    var at = columns.Index[t] * 3;
                    r += weight * line[at];
                    g += weight * line[at + 1];
                    b += weight * line[at + 2];
                }

                target[x * 3] = r;
                target[(x * 3) + 1] = g;
                target[(x * 3) + 2] = b;
            }
        }

        var result = new RgbImage(width, height);
        var sum = new float[stride];
        for (var y = 0; y < height; y++)
        {
            Array.Clear(sum);
            for (var t = rows.Start[y]; t < rows.Start[y + 1]; t++)
            {
                var line = between.AsSpan((rows.Index[t] - firstRow) * stride, stride);
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(line, rows.Weight[t], sum, sum);
            }

            var target = result.Pixels.AsSpan(y * stride, stride);
            for (var i = 0; i < stride; i++)
            {
                target[i] = (byte)Math.Clamp(sum[i] + 0.5f, 0, 255);
            }
        }

        return result;
    }

    /// <summary>Rotates a picture about its center and keeps the middle; edge pixels are repeated.</summary>
    /// <param name="source">The picture.</param>
    /// <param name="degrees">Counterclockwise.</param>
    /// <param name="zoom">Above 1 enlarges.</param>
    /// <param name="width">Width of the result, in pixels.</param>
    /// <param name="height">Height of the result, in pixels.</param>
    public static RgbImage Rotate(RgbImage source, double degrees, double zoom, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(source);
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        var result = new RgbImage(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var dx = (x + 0.5 - (width / 2.0)) / zoom;
                var dy = (y + 0.5 - (height / 2.0)) / zoom;
                var u = Math.Clamp((cos * dx) - (sin * dy) + (source.Width / 2.0) - 0.5, 0, source.Width - 1);
                var v = Math.Clamp((sin * dx) + (cos * dy) + (source.Height / 2.0) - 0.5, 0, source.Height - 1);
                var (left, top) = ((int)u, (int)v);
                var (right, bottom) = (Math.Min(left + 1, source.Width - 1), Math.Min(top + 1, source.Height - 1));
                var (fx, fy) = ((float)(u - left), (float)(v - top));
                var (p00, p10) = (((top * source.Width) + left) * 3, ((top * source.Width) + right) * 3);
                var (p01, p11) = (((bottom * source.Width) + left) * 3, ((bottom * source.Width) + right) * 3);
                var target = ((y * width) + x) * 3;
                for (var c = 0; c < 3; c++)
                {
                    var upper = float.Lerp(source.Pixels[p00 + c], source.Pixels[p10 + c], fx);
                    var lower = float.Lerp(source.Pixels[p01 + c], source.Pixels[p11 + c], fx);
                    result.Pixels[target + c] = (byte)(float.Lerp(upper, lower, fy) + 0.5f);
                }
            }
        }

        return result;
    }

    /// <summary>The source cells that contribute to each cell of the result, with weights that sum to 1.</summary>
    private sealed record Taps(int[] Start, int[] Index, float[] Weight, int First, int Last)
    {
        public static Taps Of(double offset, double length, int cells, int sourceCells)
        {
            var step = length / cells;
            var support = Math.Max(step, 1);
            var start = new int[cells + 1];
            var index = new List<int>(cells * 3);
            var weight = new List<float>(cells * 3);
            // Cells outside the rectangle do not contribute, as if it had been cropped first. Outside the picture the edge is repeated.
            var low = (int)Math.Floor(offset + 1e-6);
            var high = Math.Max(low, (int)Math.Ceiling(offset + length - 1e-6) - 1);
            for (var i = 0; i < cells; i++)
            {
                var center = offset + ((i + 0.5) * step);
                var from = Math.Max(low, (int)Math.Floor(center - support));
                var to = Math.Min(high, (int)Math.Ceiling(center + support));
                var first = weight.Count;
                float total = 0;
                for (var s = from; s <= to; s++)
                {
                    var w = (float)(1 - (Math.Abs(s + 0.5 - center) / support));
                    if (w <= 0)
                    {
                        continue;
                    }

                    index.Add(Math.Clamp(s, 0, sourceCells - 1));
                    weight.Add(w);
                    total += w;
                }

                for (var k = first; k < weight.Count; k++)
                {
                    weight[k] /= total;
                }

                start[i + 1] = weight.Count;
            }

            return new Taps(start, [.. index], [.. weight], index.Min(), index.Max());
        }
    }
}
