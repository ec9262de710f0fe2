using System.Security.Cryptography;
using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Quantization;

/// <summary>
/// Makes the convolutions of a model work on bytes: activations are uint8 with one scale each, weights int8 with one scale
/// per output channel, sums int32. The model stays standard ONNX: each value passes through <c>QuantizeLinear</c> and
/// <c>DequantizeLinear</c> (the "QDQ" form), and the runtime fuses these with the convolutions between them.
/// </summary>
/// <remarks>
/// Source: Jacob et al., <a href="https://arxiv.org/abs/1712.05877">Quantization and Training of Neural Networks for
/// Efficient Integer-Arithmetic-Only Inference</a>, 2017; https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html.
/// </remarks>
public static class StaticQuantizer
{
    /// <summary>Quantizes.</summary>
    /// <param name="model">The bytes of a float <c>.onnx</c> file.</param>
    /// <param name="calibration">What the same model's values looked like on typical inputs.</param>
    /// <param name="metadata">Entries of <c>metadata_props</c> to add or replace; the others are kept.</param>
    /// <returns>The bytes of an <c>.onnx</c> file of the same inputs and outputs.</returns>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    /// <exception cref="InvalidOperationException">The calibration has not seen all values.</exception>
    public static byte[] Quantize(
        byte[] model,
        Calibration calibration,
        IEnumerable<KeyValuePair<string, string>> metadata)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(metadata);
        var proto = ModelFile.Parse(model);
        LinearMerging.Apply(proto.Graph);
        new Rewriter(proto.Graph, calibration).Run();
        Replace(proto, ModelMetadata.Source, "the float model of the same name");
        Replace(proto, ModelMetadata.SourceSha256, Convert.ToHexStringLower(SHA256.HashData(model)));
        foreach (var (key, value) in metadata)
        {
            Replace(proto, key, value);
        }

        return ModelFile.Bytes(proto);
    }

    private static void Replace(ModelProto model, string key, string value)
    {
        if (model.MetadataProps.FirstOrDefault(entry => entry.Key == key) is { } present)
        {
            present.Value = value;
        }
        else
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }
    }

    private sealed class Rewriter(GraphProto graph, Calibration calibration)
    {
        private readonly QuantizationPlan _plan = QuantizationPlan.For(graph);
        private readonly ChannelEqualization _equalization =
            ChannelEqualization.For(graph, QuantizationPlan.For(graph), calibration.Range);

        private readonly Dictionary<string, TensorProto> _constants =
            graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

        // A value that became bytes -> its scale, and the float value that readers take instead.
        private readonly Dictionary<string, (float Scale, string Restored)> _quantized = new(StringComparer.Ordinal);
        private readonly List<NodeProto> _nodes = [];

        public void Run()
        {
            var removed = _plan.ActivationOf.Values.ToHashSet(StringComparer.Ordinal);
            var planned = _plan.Values.ToHashSet(StringComparer.Ordinal);
            foreach (var value in graph.Input.Select(input => input.Name).Where(planned.Contains))
            {
                AddPair(value, value);
            }

            foreach (var node in graph.Node)
            {
                if (removed.Contains(node.Output[0]))
                {
                    continue;
                }

                if (node.OpType == "Conv")
                {
                    QuantizeConstants(node);
                }

                for (var i = 0; i < node.Input.Count; i++)
                {
                    if (_quantized.TryGetValue(node.Input[i], out var value))
                    {
                        node.Input[i] = value.Restored;
                    }
                }

                _nodes.Add(node);
                foreach (var output in node.Output)
                {
                    var value = _plan.ActivationOf.GetValueOrDefault(output, output);
                    if (planned.Contains(value))
                    {
                        AddPair(output, value);
                    }
                }
            }

            graph.Node.Clear();
            graph.Node.AddRange(_nodes);
            RemoveUnusedConstants();
        }

        private void AddPair(string source, string value)
        {
            var seen = calibration.Range(value);
            var range = seen.Scaled(_equalization.Factors(value, seen.Channels));
            if (_plan.Limits.TryGetValue(value, out var limits))
            {
                range = new ActivationRange(Math.Max(range.Minimum, limits.Low), Math.Min(range.Maximum, limits.High));
            }

            var (scale, zeroPoint) = range.ToUInt8();
            var scaleName = AddConstant<float>(value + ".uint8_scale", ElementType.Float32, [scale], []);
            var zeroName = AddConstant<byte>(value + ".uint8_zero", ElementType.UInt8, [zeroPoint], []);
            AddNode("QuantizeLinear", value + ".quantized", [source, scaleName, zeroName]);
            var restored = AddNode("DequantizeLinear", value + ".restored", [value + ".quantized", scaleName, zeroName]);
            _quantized.Add(value, (scale, restored));
        }

        private void QuantizeConstants(NodeProto node)
        {
            var input = node.Input[0];
            var (weights, bias) = (_constants[node.Input[1]], _constants[node.Input[2]]);
            var shape = ConvolutionShape.Of(node);
            var output = _plan.ActivationOf.GetValueOrDefault(node.Output[0], node.Output[0]);
            var made = _equalization.Factors(output, (int)weights.Dims[0]);
            var read = _equalization.Factors(input, (int)weights.Dims[1] * shape.Groups);
            var quantized = WeightQuantization.Of(
                Rescale(weights, made, read, shape.Groups),
                [.. TensorEncoding.Decode<float>(bias, ElementType.Float32).Zip(made, (value, factor) => value * factor)],
                _quantized[input].Scale,
                calibration.Moments(node),
                read,
                shape.Groups);
            node.Input[1] = AddRestored(weights, ElementType.Int8, quantized.Weights, quantized.WeightScales);
            node.Input[2] = AddRestored(bias, ElementType.Int32, quantized.Bias, quantized.BiasScales);
        }

        // Rows are multiplied by what their output is stretched by, columns divided by what their input is.
        private static float[] Rescale(TensorProto weights, float[] made, float[] read, int groups)
        {
            var values = TensorEncoding.Decode<float>(weights, ElementType.Float32);
            var perOutput = values.Length / made.Length;
            var perInput = perOutput / (read.Length / groups);
            for (var i = 0; i < values.Length; i++)
            {
                var (output, position) = Math.DivRem(i, perOutput);
                var group = output / (made.Length / groups);
                values[i] *= made[output] / read[(group * (read.Length / groups)) + (position / perInput)];
            }

            return values;
        }

        private string AddRestored<T>(TensorProto original, ElementType type, T[] values, float[] scales)
            where T : unmanaged
        {
            var name = original.Name;
            var scaleName = AddConstant<float>(name + ".int_scale", ElementType.Float32, scales, [scales.Length]);
            var zeroName = AddConstant<T>(name + ".int_zero", type, new T[scales.Length], [scales.Length]);
            var quantized = AddConstant<T>(name + ".quantized", type, values, [.. original.Dims]);
            return AddNode("DequantizeLinear", name + ".restored", [quantized, scaleName, zeroName], NodeAttribute.Int("axis", 0));
        }

        private string AddConstant<T>(string name, ElementType type, ReadOnlySpan<T> values, ReadOnlySpan<long> shape)
            where T : unmanaged
        {
            graph.Initializer.Add(TensorEncoding.Encode(name, type, values, shape));
            return name;
        }

        private string AddNode(string operatorType, string output, IEnumerable<string> inputs, params IEnumerable<NodeAttribute> attributes)
        {
            var node = new NodeProto { OpType = operatorType, Name = output, Output = { output } };
            node.Input.AddRange(inputs);
            node.Attribute.AddRange(attributes.Select(attribute => attribute.Proto));
            _nodes.Add(node);
            return output;
        }

        private void RemoveUnusedConstants()
        {
            var read = graph.Node.SelectMany(node => node.Input).ToHashSet(StringComparer.Ordinal);
            var kept = graph.Initializer.Where(tensor => read.Contains(tensor.Name)).ToArray();
            graph.Initializer.Clear();
            graph.Initializer.AddRange(kept);
        }
    }
}
