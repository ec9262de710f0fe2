using System.Runtime.InteropServices;
using Google.Protobuf;
using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.BlazeFace;

/// <summary>Derives, from the detector that takes one input a run, the one that takes several of the same size: what a GPU needs.</summary>
public static class BatchedDetectorGraph
{
    /// <summary>Rewrites a detector.</summary>
    /// <param name="model">The bytes of a file that <see cref="BlazeFaceConverter.ConvertAnySize"/> wrote.</param>
    /// <returns>
    /// The bytes of an <c>.onnx</c> file with the same weights. Input <c>image: uint8[n, H, W, 3]</c>. Outputs, N being H / 4 · W / 4:
    /// <c>scores: float[n · N]</c>, one input after the other; <c>boxes: float[n, N, 4]</c>; <c>keypoints: float[n, N, 12]</c>.
    /// </returns>
    /// <exception cref="InvalidDataException">The bytes are not such a model.</exception>
    public static byte[] Derive(byte[] model)
    {
        var detector = ModelFile.Parse(model);
        var graph = detector.Graph;
        graph.Input[0].Type.TensorType.Shape.Dim[0] = new TensorShapeProto.Types.Dimension { DimParam = "n" };

        // Bands of rows keep values in a processor's cache; on a GPU, choosing between bands and the whole would only cost a copy.
        foreach (var choice in graph.Node.Where(static node => node.OpType == "If").ToList())
        {
            Inline(graph, choice, choice.Attribute.Single(static attribute => attribute.Name == "else_branch").G);
        }

        // One more axis in front of the anchors. The scores are one flat list already.
        var pixels = graph.Node.FirstOrDefault(static node => node.Output[0] == AnySizeGeometry.PixelsName) ?? throw NotADetector();
        var raw = graph.Node.First(node => node.Output[0] == pixels.Input[0]);
        foreach (var reshape in (ReadOnlySpan<NodeProto>)[raw, pixels])
        {
            Set(graph, reshape.Input[1], 0, -1, BlazeFaceConverter.ValuesPerAnchor);
        }

        foreach (var output in graph.Output.Where(static output => output.Name is "boxes" or "keypoints"))
        {
            Set(graph, graph.Node.First(node => node.Output[0] == output.Name).Input[3], 2);
            output.Type.TensorType.Shape.Dim.Insert(0, new TensorShapeProto.Types.Dimension { DimParam = "n" });
        }

        return detector.ToByteArray();
    }

    /// <summary>Replaces an <c>If</c> by one of its branches.</summary>
    private static void Inline(GraphProto graph, NodeProto choice, GraphProto branch)
    {
        var position = graph.Node.IndexOf(choice);
        graph.Node.RemoveAt(position);
        foreach (var node in branch.Node)
        {
            for (var i = 0; i < node.Output.Count; i++)
            {
                node.Output[i] = node.Output[i] == branch.Output[0].Name ? choice.Output[0] : node.Output[i];
            }

            graph.Node.Insert(position++, node);
        }

        graph.Initializer.Add(branch.Initializer);
    }

    private static void Set(GraphProto graph, string constant, params ReadOnlySpan<long> values)
    {
        var tensor = graph.Initializer.FirstOrDefault(tensor => tensor.Name == constant) ?? throw NotADetector();
        tensor.Dims.Clear();
        tensor.Dims.Add(values.Length);
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values));
    }

    private static InvalidDataException NotADetector() => new("The model is not a BlazeFace detector for inputs of any size.");
}
