using Google.Protobuf;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Graphs;

/// <summary>Parses and serializes ONNX files.</summary>
internal static class ModelFile
{
    /// <summary>Reads a model.</summary>
    /// <exception cref="InvalidDataException">The bytes are not an ONNX model.</exception>
    public static ModelProto Parse(byte[] model)
    {
        ArgumentNullException.ThrowIfNull(model);
        try
        {
            var proto = ModelProto.Parser.ParseFrom(model);
            return proto.Graph is null ? throw new InvalidDataException("The ONNX model has no graph.") : proto;
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException("The bytes are not an ONNX model.", exception);
        }
    }

    /// <summary>The constants of a graph and of its nodes' subgraphs (branches and loop bodies).</summary>
    public static IEnumerable<TensorProto> Constants(GraphProto graph)
    {
        var inner = graph.Node.SelectMany(node => node.Attribute).Select(attribute => attribute.G).OfType<GraphProto>();
        return graph.Initializer.Concat(inner.SelectMany(Constants));
    }

    public static byte[] Bytes(ModelProto model) => model.ToByteArray();
}
