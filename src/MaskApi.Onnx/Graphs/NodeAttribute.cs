using Google.Protobuf;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Graphs;

/// <summary>A named attribute of an ONNX node, as the operator's specification lists it.</summary>
public sealed class NodeAttribute
{
    private NodeAttribute(AttributeProto proto) => Proto = proto;

    internal AttributeProto Proto { get; }

    /// <summary>An integer attribute.</summary>
    /// <param name="name">The attribute's name in the operator's specification.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The attribute.</returns>
    public static NodeAttribute Int(string name, long value) =>
        new(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value });

    /// <summary>A list of integers.</summary>
    /// <param name="name">The attribute's name in the operator's specification.</param>
    /// <param name="values">Its values.</param>
    /// <returns>The attribute.</returns>
    public static NodeAttribute Ints(string name, params IEnumerable<long> values)
    {
        var proto = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        proto.Ints.AddRange(values);
        return new NodeAttribute(proto);
    }

    /// <summary>A float attribute.</summary>
    /// <param name="name">The attribute's name in the operator's specification.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The attribute.</returns>
    public static NodeAttribute Float(string name, float value) =>
        new(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value });

    /// <summary>A text attribute.</summary>
    /// <param name="name">The attribute's name in the operator's specification.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The attribute.</returns>
    public static NodeAttribute Text(string name, string value) =>
        new(new AttributeProto
        {
            Name = name,
            Type = AttributeProto.Types.AttributeType.String,
            S = ByteString.CopyFromUtf8(value),
        });

    /// <summary>A subgraph, such as the body of a loop. It can read values of the surrounding graph.</summary>
    /// <param name="name">The attribute's name in the operator's specification.</param>
    /// <param name="value">The graph.</param>
    /// <returns>The attribute.</returns>
    internal static NodeAttribute Subgraph(string name, GraphProto value) =>
        new(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = value });
}
