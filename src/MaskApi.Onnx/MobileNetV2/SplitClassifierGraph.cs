using Google.Protobuf;
using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.MobileNetV2;

/// <summary>
/// Cuts the classifier in two, where crops have become one size: before it, each crop is resized by itself; after it, crops of any sizes
/// make one batch, which is what a GPU needs.
/// </summary>
public static class SplitClassifierGraph
{
    /// <summary>Output of the first part and input of the second, <c>float[n, 3, side, side]</c>: resized and scaled.</summary>
    public const string SeamName = CropClassifierGraph.PixelsName;

    /// <summary>Cuts a classifier.</summary>
    /// <param name="model">The bytes of a file that <see cref="CropClassifierGraph.Build"/> wrote.</param>
    /// <returns>
    /// The bytes of two <c>.onnx</c> files: <c>Preprocessing</c> with the classifier's input and the output <see cref="SeamName"/>, and
    /// <c>Network</c> with that as its input and the classifier's outputs.
    /// </returns>
    /// <exception cref="InvalidDataException">The bytes are not such a model.</exception>
    public static (byte[] Preprocessing, byte[] Network) Split(byte[] model)
    {
        var network = ModelFile.Parse(model);
        var before = new HashSet<string>(StringComparer.Ordinal) { SeamName };
        var nodes = new Stack<NodeProto>();
        foreach (var node in network.Graph.Node.Reverse().Where(node => node.Output.Any(before.Contains)))
        {
            before.UnionWith(node.Input);
            nodes.Push(node);
        }

        if (nodes.Count == 0)
        {
            throw new InvalidDataException($"The classifier has no value '{SeamName}', so it cannot take crops of several sizes at once.");
        }

        var preprocessing = new ModelProto { IrVersion = network.IrVersion, OpsetImport = { network.OpsetImport } };
        preprocessing.Graph = new GraphProto { Name = network.Graph.Name + ".preprocessing" };
        foreach (var node in nodes)
        {
            network.Graph.Node.Remove(node);
            preprocessing.Graph.Node.Add(node);
        }

        var after = network.Graph.Node.SelectMany(static node => node.Input).ToHashSet(StringComparer.Ordinal);
        foreach (var tensor in network.Graph.Initializer.Where(tensor => before.Contains(tensor.Name)).ToList())
        {
            preprocessing.Graph.Initializer.Add(tensor);
            if (!after.Contains(tensor.Name))
            {
                network.Graph.Initializer.Remove(tensor);
            }
        }

        preprocessing.Graph.Input.Add(network.Graph.Input);
        preprocessing.Graph.Output.Add(Seam());
        network.Graph.Input.Clear();
        network.Graph.Input.Add(Seam());
        return (preprocessing.ToByteArray(), network.ToByteArray());
    }

    private static ValueInfoProto Seam()
    {
        var shape = new TensorShapeProto
        {
            Dim =
            {
                new TensorShapeProto.Types.Dimension { DimParam = "n" },
                new TensorShapeProto.Types.Dimension { DimValue = 3 },
                new TensorShapeProto.Types.Dimension { DimParam = "side" },
                new TensorShapeProto.Types.Dimension { DimParam = "side" },
            },
        };
        var type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Float32, Shape = shape } };
        return new ValueInfoProto { Name = SeamName, Type = type };
    }
}
