using MaskApi.Onnx.MobileNetV2;

namespace MaskApi.Onnx.Tests.MobileNetV2;

/// <summary>
/// A plain MobileNetV2 that shares neither padding, layer table nor axis order with the graph builder, as a reference.
/// Values are <c>[channel][row, column]</c>.
/// </summary>
internal static class PlainMobileNetV2
{
    /// <summary>The pooled features of one picture.</summary>
    /// <param name="planes"><c>float[3, size, size]</c>, −1–1.</param>
    /// <param name="size">Side of the picture, pixels.</param>
    /// <param name="numbers">The 52 convolutions.</param>
    public static float[] Features(ReadOnlySpan<float> planes, int size, IReadOnlyList<ConvolutionNumbers> numbers)
    {
        var value = new float[3][,];
        for (var channel = 0; channel < 3; channel++)
        {
            value[channel] = new float[size, size];
            for (var i = 0; i < size * size; i++)
            {
                value[channel][i / size, i % size] = planes[(channel * size * size) + i];
            }
        }

        var next = 0;
        value = Dense(value, numbers[next++], 32, kernel: 3, stride: 2, relu6: true);
        // Table 2 of the paper: expansion, channels, repeats, stride of the first repeat.
        foreach (var (expansion, channels, repeats, firstStride) in ((int, int, int, int)[])
            [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)])
        {
            for (var repeat = 0; repeat < repeats; repeat++)
            {
                var stride = repeat == 0 ? firstStride : 1;
                var input = value;
                if (expansion != 1)
                {
                    value = Dense(value, numbers[next++], input.Length * expansion, kernel: 1, stride: 1, relu6: true);
                }

                value = Depthwise(value, numbers[next++], stride);
                value = Dense(value, numbers[next++], channels, kernel: 1, stride: 1, relu6: false);
                if (stride == 1 && input.Length == channels)
                {
                    for (var channel = 0; channel < channels; channel++)
                    {
                        for (var y = 0; y < value[channel].GetLength(0); y++)
                        {
                            for (var x = 0; x < value[channel].GetLength(1); x++)
                            {
                                value[channel][y, x] += input[channel][y, x];
                            }
                        }
                    }
                }
            }
        }

        value = Dense(value, numbers[next++], 1280, kernel: 1, stride: 1, relu6: true);
        Assert.Equal(numbers.Count, next);
        return [.. value.Select(plane => plane.Cast<float>().Average())];
    }

    private static float[][,] Dense(
        float[][,] input, ConvolutionNumbers numbers, int outputs, int kernel, int stride, bool relu6)
    {
        var result = new float[outputs][,];
        Parallel.For(0, outputs, output =>
        {
            var plane = Plane(input[0], stride, numbers.Bias.Span[output]);
            for (var channel = 0; channel < input.Length; channel++)
            {
                var weights = numbers.Kernel.Span.Slice(((output * input.Length) + channel) * kernel * kernel, kernel * kernel);
                Accumulate(plane, input[channel], weights, kernel, stride);
            }

            result[output] = relu6 ? Limit(plane) : plane;
        });
        return result;
    }

    private static float[][,] Depthwise(float[][,] input, ConvolutionNumbers numbers, int stride)
    {
        var result = new float[input.Length][,];
        for (var channel = 0; channel < input.Length; channel++)
        {
            var plane = Plane(input[0], stride, numbers.Bias.Span[channel]);
            Accumulate(plane, input[channel], numbers.Kernel.Span.Slice(channel * 9, 9), 3, stride);
            result[channel] = Limit(plane);
        }

        return result;
    }

    // TensorFlow's SAME for the sizes used here: a 3-wide kernel pads one on each side with stride 1; with stride 2 on
    // an even size, it pads nothing before and one after.
    private static void Accumulate(float[,] target, float[,] source, ReadOnlySpan<float> weights, int kernel, int stride)
    {
        var before = kernel == 3 && stride == 1 ? 1 : 0;
        var (height, width) = (source.GetLength(0), source.GetLength(1));
        for (var y = 0; y < target.GetLength(0); y++)
        {
            for (var x = 0; x < target.GetLength(1); x++)
            {
                var sum = 0f;
                for (var row = 0; row < kernel; row++)
                {
                    for (var column = 0; column < kernel; column++)
                    {
                        var (sourceY, sourceX) = ((y * stride) + row - before, (x * stride) + column - before);
                        if (sourceY >= 0 && sourceX >= 0 && sourceY < height && sourceX < width)
                        {
                            sum += weights[(row * kernel) + column] * source[sourceY, sourceX];
                        }
                    }
                }

                target[y, x] += sum;
            }
        }
    }

    private static float[,] Plane(float[,] input, int stride, float bias)
    {
        var plane = new float[input.GetLength(0) / stride, input.GetLength(1) / stride];
        for (var y = 0; y < plane.GetLength(0); y++)
        {
            for (var x = 0; x < plane.GetLength(1); x++)
            {
                plane[y, x] = bias;
            }
        }

        return plane;
    }

    private static float[,] Limit(float[,] plane)
    {
        for (var y = 0; y < plane.GetLength(0); y++)
        {
            for (var x = 0; x < plane.GetLength(1); x++)
            {
                plane[y, x] = Math.Clamp(plane[y, x], 0, 6);
            }
        }

        return plane;
    }
}
