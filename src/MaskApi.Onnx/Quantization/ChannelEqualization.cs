using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Quantization;

/// <summary>
/// Finds factors that make the channels of a linear value (one without clip) equally wide, so that one scale suits all of
/// them. What makes a channel is multiplied by its factor and what reads it is divided, which changes nothing in float; sums
/// stay sums, as everything on a residual path has the same factors.
/// </summary>
/// <remarks>
/// After Nagel et al., <a href="https://arxiv.org/abs/1906.04721">Data-Free Quantization Through Weight Equalization and Bias
/// Correction</a>, 2019, section 4.1; here for activations only, because weights have a scale per channel already. On a
/// trained classifier it lowers the error of the logit by a sixth; stretching clipped values too raised it again.
/// </remarks>
internal sealed class ChannelEqualization
{
    // A channel that hardly moves is not worth stretching without end.
    private const float MaximumFactor = 16f;

    private readonly Dictionary<string, float[]> _factors = new(StringComparer.Ordinal);

    private ChannelEqualization()
    {
    }

    /// <summary>The factor of each channel of a value; all 1 where the value is not rescaled.</summary>
    public float[] Factors(string value, int channels) =>
        _factors.TryGetValue(value, out var factors) ? factors : [.. Enumerable.Repeat(1f, channels)];

    public static ChannelEqualization For(GraphProto graph, QuantizationPlan plan, Func<string, ChannelRange> rangeOf)
    {
        var result = new ChannelEqualization();
        var readers = graph.Node
            .SelectMany(node => node.Input.Select(input => (input, node)))
            .ToLookup(pair => pair.input, pair => pair.node, StringComparer.Ordinal);
        var fixedValues = graph.Output.Concat(graph.Input).Select(value => value.Name).ToHashSet(StringComparer.Ordinal);
        var sums = graph.Node.Where(node => node.OpType == "Add" && plan.Values.Contains(node.Output[0])).ToHashSet();
        var linear = graph.Node
            .Where(node => sums.Contains(node) || (node.OpType == "Conv" && !plan.ActivationOf.ContainsKey(node.Output[0])))
            .Select(node => node.Output[0])
            .Where(value => !fixedValues.Contains(value))
            .ToHashSet(StringComparer.Ordinal);

        foreach (var family in Families(plan.Values, sums))
        {
            var reading = family.SelectMany(value => readers[value]);
            if (!family.All(linear.Contains) || reading.Any(node => node.OpType != "Conv" && !sums.Contains(node)))
            {
                continue;
            }

            var ranges = family.Select(rangeOf).ToArray();
            var reaches = Enumerable.Range(0, ranges[0].Channels).Select(channel => ranges.Max(range => range.Reach(channel))).ToArray();
            var widest = reaches.Max();
            var factors = reaches.Select(reach => reach > 0 ? Math.Min(widest / reach, MaximumFactor) : 1).ToArray();
            foreach (var value in family)
            {
                result._factors.Add(value, factors);
            }
        }

        return result;
    }

    // Values that are added to one another, directly or through further sums, and so must keep one scale.
    private static IEnumerable<IReadOnlyList<string>> Families(IReadOnlyList<string> values, IEnumerable<NodeProto> sums)
    {
        var family = values.ToDictionary(value => value, value => new List<string> { value }, StringComparer.Ordinal);
        foreach (var node in sums)
        {
            foreach (var value in node.Input)
            {
                var (into, from) = (family[node.Output[0]], family[value]);
                if (into == from)
                {
                    continue;
                }

                into.AddRange(from);
                foreach (var member in from)
                {
                    family[member] = into;
                }
            }
        }

        return family.Values.Distinct();
    }
}
