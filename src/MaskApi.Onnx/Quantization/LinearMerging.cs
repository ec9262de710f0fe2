using System.Runtime.InteropServices;
using Google.Protobuf;
using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Quantization;

/// <summary>
/// Makes one 1×1 convolution of two that follow each other with nothing in between. The value between them is gone, and with it
/// its rounding: MobileNetV2's first bottleneck (32 to 16 to 96 channels) spans twenty standard deviations, and rounding it to
/// bytes costs more accuracy than all the rest of the network together. The float model computes the same numbers.
/// </summary>
internal static class LinearMerging
{
    // Merging two narrow matrices into a wide one costs multiplications; more than half as many again is too many.
    private const double MaximumCost = 1.5;

    public static void Apply(GraphProto graph)
    {
        var constants = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var outputs = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var first in graph.Node.Where(IsPointwise).ToArray())
        {
            var readers = graph.Node.Where(node => node.Input.Contains(first.Output[0])).ToArray();
            if (readers is not [var second] || !IsPointwise(second) || outputs.Contains(first.Output[0]))
            {
                continue;
            }

            var (inner, outer) = (constants[first.Input[1]], constants[second.Input[1]]);
            var (from, middle, to) = (inner.Dims[1], inner.Dims[0], outer.Dims[0]);
            if (from * to > MaximumCost * ((from * middle) + (middle * to)))
            {
                continue;
            }

            Merge(inner, constants[first.Input[2]], outer, constants[second.Input[2]]);
            second.Input[0] = first.Input[0];
            graph.Node.Remove(first);
            graph.Initializer.Remove(inner);
            graph.Initializer.Remove(constants[first.Input[2]]);
        }
    }

    private static bool IsPointwise(NodeProto node) =>
        node.OpType == "Conv" && ConvolutionShape.Of(node) == new ConvolutionShape(1, 1, 1, 1, 1, 0, 0, 0, 0);

    // y = B (A x + a) + b = (B A) x + (B a + b)
    private static void Merge(TensorProto inner, TensorProto innerBias, TensorProto outer, TensorProto outerBias)
    {
        var (a, b) = (TensorEncoding.Decode<float>(inner, ElementType.Float32), TensorEncoding.Decode<float>(outer, ElementType.Float32));
        var (aBias, bBias) = (
            TensorEncoding.Decode<float>(innerBias, ElementType.Float32), TensorEncoding.Decode<float>(outerBias, ElementType.Float32));
        var (from, middle, to) = ((int)inner.Dims[1], (int)inner.Dims[0], (int)outer.Dims[0]);
        var product = new float[to * from];
        for (var row = 0; row < to; row++)
        {
            double bias = bBias[row];
            for (var k = 0; k < middle; k++)
            {
                bias += b[(row * middle) + k] * (double)aBias[k];
            }

            bBias[row] = (float)bias;
            for (var column = 0; column < from; column++)
            {
                var sum = 0.0;
                for (var k = 0; k < middle; k++)
                {
                    sum += b[(row * middle) + k] * (double)a[(k * from) + column];
                }

                product[(row * from) + column] = (float)sum;
            }
        }

        outer.Dims[1] = from;
        outer.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(product));
        outerBias.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(bBias));
    }
}
