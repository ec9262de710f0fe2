using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Quantization;

/// <summary>
/// Which values of a graph become bytes: what convolutions read and make, and sums of such values. Everything else
/// (resize, pooling, dense layers, sigmoid) stays float.
/// </summary>
internal sealed class QuantizationPlan
{
    private QuantizationPlan(
        IReadOnlyDictionary<string, string> activationOf, IReadOnlyDictionary<string, (float, float)> limits, IReadOnlyList<string> values)
    {
        ActivationOf = activationOf;
        Limits = limits;
        Values = values;
    }

    /// <summary>A convolution's output to the output of the clip that alone reads it. Saturation does the clip's work.</summary>
    public IReadOnlyDictionary<string, string> ActivationOf { get; }

    /// <summary>The limits of those clips, by the clip's output.</summary>
    public IReadOnlyDictionary<string, (float Low, float High)> Limits { get; }

    /// <summary>The values that become bytes, in the graph's order.</summary>
    public IReadOnlyList<string> Values { get; }

    public static QuantizationPlan For(GraphProto graph)
    {
        var constants = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var readers = graph.Node
            .SelectMany(node => node.Input.Select(input => (input, node)))
            .ToLookup(pair => pair.input, pair => pair.node, StringComparer.Ordinal);
        var activationOf = new Dictionary<string, string>(StringComparer.Ordinal);
        var limits = new Dictionary<string, (float, float)>(StringComparer.Ordinal);
        var outputs = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var values = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);

        void Take(string value)
        {
            if (known.Add(value))
            {
                values.Add(value);
            }
        }

        foreach (var node in graph.Node)
        {
            if (node.OpType == "Conv")
            {
                Take(node.Input[0]);
                var output = node.Output[0];
                if (readers[output].ToArray() is [{ OpType: "Clip" } clip] && !outputs.Overlaps([output, clip.Output[0]]))
                {
                    activationOf.Add(output, clip.Output[0]);
                    limits.Add(clip.Output[0], (Scalar(constants, clip.Input[1]), Scalar(constants, clip.Input[2])));
                    output = clip.Output[0];
                }

                Take(output);
            }
            else if (node.OpType == "Add" && node.Input.All(known.Contains))
            {
                Take(node.Output[0]);
            }
        }

        return new QuantizationPlan(activationOf, limits, values);
    }

    private static float Scalar(Dictionary<string, TensorProto> constants, string name) =>
        constants.TryGetValue(name, out var tensor)
            ? Graphs.TensorEncoding.Decode<float>(tensor, Graphs.ElementType.Float32)[0]
            : throw new NotSupportedException($"'{name}', a clip's limit, is not constant.");
}
