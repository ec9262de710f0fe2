using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Protos;
using MaskApi.Onnx.Tflite;

namespace MaskApi.Onnx.BlazeFace;

/// <summary>Recovers the weights from a detector that <see cref="BlazeFaceConverter.ConvertAnySize"/> wrote.</summary>
public static class BlazeFaceWeights
{
    /// <summary>Reads the weights of every convolution.</summary>
    /// <param name="tflite">The bytes of the <c>.tflite</c> file that was converted.</param>
    /// <param name="onnx">The bytes of the <c>.onnx</c> file, of the same network.</param>
    /// <returns>By tensor index, in the axis orders of <see cref="TfliteConversion.Constants"/>.</returns>
    /// <exception cref="InvalidDataException">One of the files is invalid, or the second was not made from the first.</exception>
    public static IReadOnlyDictionary<int, float[]> Read(byte[] tflite, byte[] onnx)
    {
        var model = TfliteModel.Parse(tflite);
        var constants = ModelFile.Constants(ModelFile.Parse(onnx).Graph)
            .DistinctBy(tensor => tensor.Name)
            .ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var weights = new Dictionary<int, float[]>();
        foreach (var entry in model.Operators)
        {
            if (entry.Code is not (TfliteOperatorCode.Conv2D or TfliteOperatorCode.DepthwiseConv2D))
            {
                continue;
            }
            // From OIHW to OHWI and from C1HW to 1HWC: the converter's permutations, inverted.
            ReadOnlySpan<int> back = entry.Code == TfliteOperatorCode.Conv2D ? [0, 2, 3, 1] : [1, 2, 3, 0];
            var kernel = Find(model, entry, constants, "kernel");
            weights[entry.Inputs[1]] = Corner(
                AxisOrder.Permute(kernel.Values, kernel.Shape, back), Permuted(kernel.Shape, back), model, entry.Inputs[1]);
            var bias = Find(model, entry, constants, "bias");
            weights[entry.Inputs[2]] = Corner(bias.Values, bias.Shape, model, entry.Inputs[2]);
        }

        return weights;
    }

    private static int[] Permuted(int[] shape, ReadOnlySpan<int> order)
    {
        var permuted = new int[shape.Length];
        for (var axis = 0; axis < shape.Length; axis++)
        {
            permuted[axis] = shape[order[axis]];
        }

        return permuted;
    }

    // Narrow convolutions were padded with zeros behind their own channels.
    private static float[] Corner(float[] values, int[] shape, TfliteModel model, int tensor)
    {
        var wanted = model.Tensors[tensor].Shape;
        if (wanted.Count != shape.Length || wanted.Zip(shape).Any(axis => axis.First > axis.Second))
        {
            throw new InvalidDataException(
                $"The ONNX model's '{model.Tensors[tensor].Name}' has another shape: it was not made from this .tflite file.");
        }

        var corner = new float[wanted.Aggregate(1, (product, length) => product * length)];
        for (var i = 0; i < corner.Length; i++)
        {
            var (rest, source, stride) = (i, 0, 1);
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                source += rest % wanted[axis] * stride;
                rest /= wanted[axis];
                stride *= shape[axis];
            }

            corner[i] = values[source];
        }

        return corner;
    }

    private static (float[] Values, int[] Shape) Find(
        TfliteModel model, TfliteOperator entry, Dictionary<string, TensorProto> constants, string kind)
    {
        var name = model.Tensors[entry.Outputs[0]].Name;
        if (constants.TryGetValue($"{name}.{kind}", out var whole))
        {
            return (TensorEncoding.Decode<float>(whole, ElementType.Float32), [.. whole.Dims.Select(size => (int)size)]);
        }

        // A convolution that ended in a widened sum was split in two, named after the ReLU that follows the sum.
        var sum = model.Operators.SingleOrDefault(other => other.Code == TfliteOperatorCode.Add && other.Inputs.Contains(entry.Outputs[0]));
        var relu = model.Operators.SingleOrDefault(other => other.Code == TfliteOperatorCode.Relu && other.Inputs[0] == sum?.Outputs[0]);
        if (relu is null
            || !constants.TryGetValue($"{model.Tensors[relu.Outputs[0]].Name}.kept.conv.{kind}", out var kept)
            || !constants.TryGetValue($"{model.Tensors[relu.Outputs[0]].Name}.added.conv.{kind}", out var added))
        {
            throw new InvalidDataException($"The ONNX model has no '{name}.{kind}': it was not made from this .tflite file.");
        }

        return (
            [.. TensorEncoding.Decode<float>(kept, ElementType.Float32), .. TensorEncoding.Decode<float>(added, ElementType.Float32)],
            [(int)(kept.Dims[0] + added.Dims[0]), .. kept.Dims.Skip(1).Select(size => (int)size)]);
    }
}
