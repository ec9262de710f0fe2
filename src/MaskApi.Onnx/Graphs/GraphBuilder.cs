using Google.Protobuf;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Graphs;

/// <summary>
/// Writes one ONNX model, node by node. A value is known by its name: every method that adds one returns the name for the nodes that read
/// it. Names are unique, and nodes are added after the nodes they read.
/// </summary>
/// <remarks>
/// Operators and numbers: https://onnx.ai/onnx/operators and https://onnx.ai/onnx/repo-docs/IR.html. The same calls give the same bytes,
/// so a model file can be checked by its hash.
/// </remarks>
public sealed class GraphBuilder
{
    /// <summary>
    /// Version of the operator set. 18 is the first with an antialiasing <c>Resize</c>; every runtime since 2023 supports it.
    /// </summary>
    public const int OperatorSetVersion = 18;

    // The ONNX project released IR version 8 together with operator set 18.
    private const int IrVersion = 8;

    private readonly GraphProto _graph;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Starts an empty graph.</summary>
    /// <param name="name">The graph's name, for tools that show it.</param>
    public GraphBuilder(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _graph = new GraphProto { Name = name };
    }

    /// <summary>The graph so far, for passes that rewrite it.</summary>
    internal GraphProto Graph => _graph;

    /// <summary>Declares an input of the model.</summary>
    /// <param name="name">The name that callers bind to.</param>
    /// <param name="type">The element type.</param>
    /// <param name="shape">One dimension per axis, fixed or dynamic.</param>
    /// <returns>The value's name.</returns>
    public string Input(string name, ElementType type, params ReadOnlySpan<Dimension> shape)
    {
        _graph.Input.Add(Describe(name, type, shape));
        return Claim(name);
    }

    /// <summary>Declares an output of the model: a value that some node already produces.</summary>
    /// <param name="name">The value's name, by which callers read it.</param>
    /// <param name="type">The element type.</param>
    /// <param name="shape">One dimension per axis, fixed or dynamic.</param>
    /// <exception cref="ArgumentException">No node produces a value of that name.</exception>
    public void Output(string name, ElementType type, params ReadOnlySpan<Dimension> shape)
    {
        RequireKnown(name);
        _graph.Output.Add(Describe(name, type, shape));
    }

    /// <summary>Adds a float constant.</summary>
    /// <param name="name">The value's name.</param>
    /// <param name="values">The elements, row-major.</param>
    /// <param name="shape">The sizes of the axes; none for a scalar.</param>
    /// <returns>The value's name.</returns>
    /// <exception cref="ArgumentException">The shape does not match the number of elements.</exception>
    public string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        Constant(name, ElementType.Float32, values, shape);

    /// <summary>Adds a 64-bit integer constant.</summary>
    /// <inheritdoc cref="Constant(string, ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    public string IntegerConstant(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        Constant(name, ElementType.Int64, values, shape);

    /// <summary>Adds a node with one output.</summary>
    /// <param name="operatorType">The operator, as ONNX names it (<c>Conv</c>).</param>
    /// <param name="output">The name of its output.</param>
    /// <param name="inputs">The values it reads, in the operator's order; an empty name omits an optional input.</param>
    /// <param name="attributes">The operator's attributes.</param>
    /// <returns>The name of the value it makes.</returns>
    /// <exception cref="ArgumentException">An input is unknown, or the output's name is taken.</exception>
    public string Node(
        string operatorType, string output, IEnumerable<string> inputs, params ReadOnlySpan<NodeAttribute> attributes) =>
        Node(operatorType, [output], inputs, attributes)[0];

    /// <summary>Adds a node with several outputs.</summary>
    /// <param name="operatorType">The operator, as ONNX names it (<c>Split</c>).</param>
    /// <param name="outputs">The names of its outputs.</param>
    /// <param name="inputs">The values it reads, in the operator's order; an empty name omits an optional input.</param>
    /// <param name="attributes">The operator's attributes.</param>
    /// <returns>The names of the values it makes.</returns>
    /// <exception cref="ArgumentException">An input is unknown, or an output's name is taken.</exception>
    public IReadOnlyList<string> Node(
        string operatorType,
        IReadOnlyList<string> outputs,
        IEnumerable<string> inputs,
        params ReadOnlySpan<NodeAttribute> attributes)
    {
        ArgumentException.ThrowIfNullOrEmpty(operatorType);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(inputs);
        var node = new NodeProto { OpType = operatorType, Name = outputs[0] };
        foreach (var input in inputs)
        {
            if (input.Length > 0)
            {
                RequireKnown(input);
            }

            node.Input.Add(input);
        }

        foreach (var attribute in attributes)
        {
            node.Attribute.Add(attribute.Proto);
        }

        foreach (var output in outputs)
        {
            node.Output.Add(Claim(output));
        }

        _graph.Node.Add(node);
        return outputs;
    }

    /// <summary>The finished model.</summary>
    /// <param name="metadata">The file's <c>metadata_props</c>: name, source, licence and the like.</param>
    /// <returns>The bytes of the <c>.onnx</c> file.</returns>
    /// <exception cref="InvalidOperationException">The graph has no output.</exception>
    public byte[] Build(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (_graph.Output.Count == 0)
        {
            throw new InvalidOperationException($"The graph '{_graph.Name}' has no output.");
        }

        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "MaskApi",
            Graph = _graph,
            OpsetImport = { new OperatorSetIdProto { Version = OperatorSetVersion } },
        };
        foreach (var (key, value) in metadata)
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return model.ToByteArray();
    }

    /// <summary>Registers a value that others produce: the surrounding graph, or nodes that a pass copied into it.</summary>
    internal void Known(string name) => Claim(name);

    internal string Constant<T>(string name, ElementType type, ReadOnlySpan<T> values, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        _graph.Initializer.Add(TensorEncoding.Encode(name, type, values, shape));
        return Claim(name);
    }

    private static ValueInfoProto Describe(string name, ElementType type, ReadOnlySpan<Dimension> shape)
    {
        var axes = new TensorShapeProto();
        foreach (var dimension in shape)
        {
            axes.Dim.Add(dimension.Name is null
                ? new TensorShapeProto.Types.Dimension { DimValue = dimension.Size }
                : new TensorShapeProto.Types.Dimension { DimParam = dimension.Name });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = axes } },
        };
    }

    private string Claim(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_names.Add(name))
        {
            throw new ArgumentException($"The graph already has a value '{name}'.", nameof(name));
        }

        return name;
    }

    private void RequireKnown(string name)
    {
        if (!_names.Contains(name))
        {
            throw new ArgumentException($"The graph has no value '{name}' yet.", nameof(name));
        }
    }
}
