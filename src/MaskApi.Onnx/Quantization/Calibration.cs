using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Quantization;

/// <summary>
/// Collects what a model's values look like on typical inputs. Run <see cref="ObservedModel"/> on such inputs, one at a time, and
/// hand every one of <see cref="Values"/> to <see cref="Observe"/>; a few hundred inputs are enough.
/// </summary>
public sealed class Calibration
{
    private readonly Dictionary<string, ChannelRange> _ranges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PatchMoments> _moments = new(StringComparer.Ordinal);
    private readonly ILookup<string, NodeProto> _convolutions;

    /// <summary>Prepares the calibration of a model.</summary>
    /// <param name="model">The bytes of a float <c>.onnx</c> file.</param>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    public Calibration(byte[] model)
    {
        var proto = ModelFile.Parse(model);
        LinearMerging.Apply(proto.Graph);
        Values = QuantizationPlan.For(proto.Graph).Values;
        _convolutions = proto.Graph.Node.Where(node => node.OpType == "Conv").ToLookup(node => node.Input[0], StringComparer.Ordinal);
        ObservedModel = WithOutputs(proto, Values);
    }

    /// <summary>The values that will become bytes, in the graph's order.</summary>
    public IReadOnlyList<string> Values { get; }

    /// <summary>The same model with <see cref="Values"/> as further outputs.</summary>
    public byte[] ObservedModel { get; }

    /// <summary>Takes in one value of one run.</summary>
    /// <param name="value">One of <see cref="Values"/>.</param>
    /// <param name="elements">Its elements, row-major.</param>
    /// <param name="shape">Its shape: <c>[1, channels, height, width]</c>.</param>
    /// <exception cref="ArgumentException">The shape is another, or does not hold that many elements.</exception>
    public void Observe(string value, ReadOnlySpan<float> elements, IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape is not [1, var channels, var height, var width] || channels * height * width != elements.Length)
        {
            throw new ArgumentException($"'{value}' is not one picture of [1, channels, height, width].", nameof(shape));
        }

        if (!_ranges.TryGetValue(value, out var range))
        {
            _ranges.Add(value, range = new ChannelRange((int)channels));
        }

        range.Add(elements);
        foreach (var node in _convolutions[value])
        {
            if (!_moments.TryGetValue(node.Name, out var moments))
            {
                _moments.Add(node.Name, moments = new PatchMoments(ConvolutionShape.Of(node), (int)channels));
            }

            moments.Add(elements, (int)height, (int)width);
        }
    }

    internal ChannelRange Range(string value) => _ranges.TryGetValue(value, out var range)
        ? range
        : throw new InvalidOperationException($"'{value}' has not been observed.");

    internal PatchMoments Moments(NodeProto convolution) => _moments.TryGetValue(convolution.Name, out var moments)
        ? moments
        : throw new InvalidOperationException($"The input of '{convolution.Name}' has not been observed.");

    private static byte[] WithOutputs(ModelProto model, IEnumerable<string> values)
    {
        var present = model.Graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var value in values.Where(value => !present.Contains(value)))
        {
            // The shape is left to the runtime's own inference.
            model.Graph.Output.Add(new ValueInfoProto
            {
                Name = value,
                Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Float32 } },
            });
        }

        return ModelFile.Bytes(model);
    }
}
