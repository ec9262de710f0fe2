using Google.Protobuf.Collections;
using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.MobileNetV2;

/// <summary>
/// A second question about the mask classifier's features, which are computed anyway: is this a face at all? ImageNet's features tell a
/// coin from a face where a detector with a dozen pixels cannot.
/// </summary>
public static class FaceHead
{
    /// <summary>The output with the logit, <c>float[n]</c>: above 0 means a face.</summary>
    public const string OutputName = "face_logit";

    /// <summary>The value with the pooled features, <c>float[n, 1280]</c>.</summary>
    public const string FeaturesName = "features";

    /// <summary>Adds the head to a classifier, replacing any previous one.</summary>
    /// <param name="model">The bytes of a file of <see cref="CropClassifierGraph"/>.</param>
    /// <param name="head">From the <see cref="CropClassifierGraph.FeatureCount"/> features to one logit.</param>
    /// <param name="metadata">Entries of the file's <c>metadata_props</c> that document the head's origin.</param>
    /// <returns>The bytes of the file with the head. Its other outputs stay identical to the last bit.</returns>
    /// <exception cref="InvalidDataException">The bytes are not such a model.</exception>
    /// <exception cref="ArgumentException">The head has the wrong number of weights.</exception>
    public static byte[] Add(byte[] model, DenseNumbers head, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(metadata);
        if (head.Weight.Length != CropClassifierGraph.FeatureCount || head.Bias.Length != 1)
        {
            throw new ArgumentException($"The head takes {CropClassifierGraph.FeatureCount} weights and one bias.", nameof(head));
        }

        var proto = ParseClassifier(model);
        var graph = proto.Graph;
        const string column = OutputName + ".column";
        string[] own = [column, OutputName];
        string[] constants = [column + ".weight", column + ".bias", OutputName + ".shape"];
        Remove(graph.Node, node => own.Contains(node.Output[0]));
        Remove(graph.Initializer, tensor => constants.Contains(tensor.Name));
        Remove(graph.Output, output => output.Name == OutputName);

        var addition = new GraphBuilder(OutputName);
        var features = addition.Input(FeaturesName, ElementType.Float32, "n", CropClassifierGraph.FeatureCount);
        var logit = CropClassifierGraph.AddDense(addition, column, features, head, CropClassifierGraph.FeatureCount, 1);
        addition.Output(addition.Reshape(OutputName, logit, -1), ElementType.Float32, "n");
        var built = ModelFile.Parse(addition.Build([])).Graph;
        graph.Node.Add(built.Node);
        graph.Initializer.Add(built.Initializer);
        graph.Output.Add(built.Output);
        foreach (var (key, value) in metadata)
        {
            Remove(proto.MetadataProps, entry => entry.Key == key);
            proto.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return ModelFile.Bytes(proto);
    }

    /// <summary>Makes the pooled features an output, for fitting heads to them.</summary>
    /// <param name="model">The bytes of a file of <see cref="CropClassifierGraph"/>.</param>
    /// <exception cref="InvalidDataException">The bytes are not such a model.</exception>
    public static byte[] ShowFeatures(byte[] model)
    {
        var proto = ParseClassifier(model);
        if (proto.Graph.Output.All(output => output.Name != FeaturesName))
        {
            proto.Graph.Output.Add(new ValueInfoProto { Name = FeaturesName });
        }

        return ModelFile.Bytes(proto);
    }

    private static ModelProto ParseClassifier(byte[] model)
    {
        var proto = ModelFile.Parse(model);
        return proto.Graph.Node.Any(node => node.Output.Contains(FeaturesName))
            ? proto
            : throw new InvalidDataException($"The model has no value '{FeaturesName}': it is not a mask classifier of this project.");
    }

    private static void Remove<T>(RepeatedField<T> list, Func<T, bool> which)
    {
        foreach (var item in list.Where(which).ToArray())
        {
            list.Remove(item);
        }
    }
}
