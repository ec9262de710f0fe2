using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Graphs;

/// <summary>
/// The nodes of a graph between an image and one value that everything else depends on, which can be extracted as a unit.
/// </summary>
internal sealed class GraphStage
{
    private readonly NodeProto[] _nodes;
    private readonly TensorProto[] _constants;

    private GraphStage(NodeProto[] nodes, TensorProto[] constants, string image, string result)
    {
        (_nodes, _constants, Image, Result) = (nodes, constants, image, result);
        (Stride, Above, Below) = Reach();
        Channels = ChannelsOf(result);
    }

    /// <summary>The stage's input: <c>[1, rows, columns, channels]</c>.</summary>
    public string Image { get; }

    /// <summary>Its result: <c>[1, channels, rows, columns]</c>.</summary>
    public string Result { get; }

    /// <summary>Channels of the result.</summary>
    public long Channels { get; }

    /// <summary>Rows of the image per row of the result.</summary>
    public int Stride { get; }

    /// <summary>Rows at the top of the result that depend on padding.</summary>
    public int Above { get; }

    /// <summary>Rows at the bottom that do.</summary>
    public int Below { get; }

    /// <summary>Finds a stage.</summary>
    /// <exception cref="NotSupportedException">The result depends on other values, other values of the stage are read outside, or it has an
    /// operator whose row dependencies are unknown.</exception>
    public static GraphStage Find(GraphProto graph, string image, string result)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal) { result };
        var nodes = new Stack<NodeProto>();
        foreach (var node in graph.Node.Reverse().Where(node => node.Output.Any(needed.Contains)))
        {
            nodes.Push(node);
            needed.UnionWith(node.Input);
        }

        TensorProto[] constants = [.. graph.Initializer.Where(tensor => needed.Contains(tensor.Name))];
        var made = nodes.SelectMany(node => node.Output).ToHashSet(StringComparer.Ordinal);
        needed.ExceptWith(made);
        needed.ExceptWith(constants.Select(tensor => tensor.Name));
        if (!needed.SetEquals([image]))
        {
            var all = string.Join(", ", needed.Order(StringComparer.Ordinal));
            throw new NotSupportedException($"'{result}' does not depend on '{image}' alone, but on: {all}.");
        }

        made.Remove(result);
        var readElsewhere = graph.Node.Except(nodes).SelectMany(node => node.Input).Concat(graph.Output.Select(output => output.Name));
        if (readElsewhere.FirstOrDefault(made.Contains) is { } other)
        {
            throw new NotSupportedException($"'{other}' is also read after '{result}'.");
        }

        return new GraphStage([.. nodes], constants, image, result);
    }

    /// <summary>Copies nodes and constants into another graph.</summary>
    /// <param name="graph">The graph, where the names of the stage's values, except the result's, must be free.</param>
    /// <param name="image">The value that the copy reads.</param>
    /// <returns>The copy's result, named after the graph because the outer graph has one of its own name.</returns>
    public string CopyTo(GraphBuilder graph, string image)
    {
        var result = graph.Graph.Name + ".result";
        foreach (var node in _nodes)
        {
            var copy = node.Clone();
            for (var i = 0; i < copy.Input.Count; i++)
            {
                copy.Input[i] = copy.Input[i] == Image ? image : copy.Input[i];
            }

            if (copy.Output[0] == Result)
            {
                copy.Name = copy.Output[0] = result;
            }

            graph.Graph.Node.Add(copy);
        }

        graph.Graph.Initializer.Add(_constants);
        graph.Known(result);
        return result;
    }

    /// <summary>Replaces the stage by other nodes that produce the same result.</summary>
    public void Replace(GraphProto graph, GraphProto replacement)
    {
        var position = graph.Node.IndexOf(_nodes[0]);
        foreach (var node in _nodes)
        {
            graph.Node.Remove(node);
        }

        foreach (var (offset, node) in replacement.Node.Index())
        {
            graph.Node.Insert(position + offset, node);
        }

        var read = graph.Node.SelectMany(node => node.Input).ToHashSet(StringComparer.Ordinal);
        foreach (var unused in _constants.Where(tensor => !read.Contains(tensor.Name)))
        {
            graph.Initializer.Remove(unused);
        }

        graph.Initializer.Add(replacement.Initializer);
    }

    private (int Stride, int Above, int Below) Reach()
    {
        // For each value, the rows that row 0 of the result depends on.
        var rows = new Dictionary<string, (int Stride, int First, int Last)>(StringComparer.Ordinal) { [Result] = (1, 0, 0) };
        foreach (var node in _nodes.Reverse())
        {
            var (stride, first, last) = rows[node.Output[0]];
            var window = WindowOf(node);
            (stride, first, last) = (
                stride * window.Stride, (first * window.Stride) - window.Before, (last * window.Stride) - window.Before + window.Size - 1);
            foreach (var value in node.Input.Where(value => !IsConstant(value)))
            {
                rows[value] = rows.TryGetValue(value, out var other)
                    ? (stride, Math.Min(first, other.First), Math.Max(last, other.Last))
                    : (stride, first, last);
            }
        }

        static int Ceiling(int dividend, int divisor) => Math.Max((dividend + divisor - 1) / divisor, 0);

        var (all, top, bottom) = rows[Image];
        return (all, Ceiling(-top, all), Ceiling(bottom - (all - 1), all));
    }

    private static (int Size, int Stride, int Before) WindowOf(NodeProto node)
    {
        int Rows(string name) => (int)node.Attribute.Single(attribute => attribute.Name == name).Ints[0];

        switch (node.OpType)
        {
            case "Conv":
                return (((Rows("kernel_shape") - 1) * Rows("dilations")) + 1, Rows("strides"), Rows("pads"));
            case "MaxPool":
                return (Rows("kernel_shape"), Rows("strides"), Rows("pads"));
            case "Cast" or "Add" or "Sub" or "Mul" or "Relu":
            case "Transpose" when node.Attribute.Single().Ints is [0, 3, 1, 2]:
            case "Concat" when node.Attribute.Single().I == 1:
                return (1, 1, 0);
            default:
                throw new NotSupportedException($"Which rows '{node.Name}' ({node.OpType}) reads is not known.");
        }
    }

    private long ChannelsOf(string value)
    {
        var node = _nodes.Single(node => node.Output[0] == value);
        return node.OpType switch
        {
            "Conv" => _constants.Single(tensor => tensor.Name == node.Input[1]).Dims[0],
            "Concat" => node.Input.Sum(ChannelsOf),
            _ => ChannelsOf(node.Input.First(input => !IsConstant(input))),
        };
    }

    private bool IsConstant(string value) => _constants.Any(tensor => tensor.Name == value);
}
