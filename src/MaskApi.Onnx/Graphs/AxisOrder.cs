namespace MaskApi.Onnx.Graphs;

/// <summary>Reorders the axes of constants, which are OHWI in TensorFlow and OIHW in ONNX.</summary>
public static class AxisOrder
{
    /// <summary>Moves elements so that axis <c>i</c> of the result is axis <c>order[i]</c> of the input.</summary>
    /// <param name="values">The elements, row-major.</param>
    /// <param name="shape">The sizes of the input's axes.</param>
    /// <param name="order">A permutation of the axes.</param>
    /// <returns>The elements of the result, row-major.</returns>
    /// <exception cref="ArgumentException">The shape does not match the number of elements.</exception>
    public static float[] Permute(ReadOnlySpan<float> values, IReadOnlyList<int> shape, ReadOnlySpan<int> order)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var axes = shape.Count;
        var strides = new int[axes];
        var count = 1;
        for (var axis = axes - 1; axis >= 0; axis--)
        {
            strides[axis] = count;
            count *= shape[axis];
        }

        if (count != values.Length)
        {
            throw new ArgumentException($"{values.Length} elements do not fill the shape, which holds {count}.", nameof(values));
        }

        var result = new float[count];
        var position = new int[axes];
        var source = 0;
        for (var target = 0; target < count; target++)
        {
            result[target] = values[source];
            for (var axis = axes - 1; axis >= 0; axis--)
            {
                source += strides[order[axis]];
                if (++position[axis] < shape[order[axis]])
                {
                    break;
                }

                source -= strides[order[axis]] * position[axis];
                position[axis] = 0;
            }
        }

        return result;
    }
}
