using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.MobileNetV2;
using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Onnx.Tests.MobileNetV2;

public sealed class FaceHeadTests
{
    private static readonly byte[] _classifier = CropClassifierGraph.Build(
        "mask_classifier", 96, RandomWeights.Backbone(seed: 1), [RandomWeights.Mask(seed: 2, temperature: 1)], [new("version", "7")]);

    private static readonly (string, Array, long[]) _crops = ("crops", RandomWeights.Pixels(seed: 3, 2 * 40 * 30 * 3), [2, 40, 30, 3]);

    [Fact]
    public void It_weighs_the_pooled_features_and_leaves_the_other_outputs_alone()
    {
        var head = RandomHead(seed: 5);
        var before = OnnxRunner.Run(FaceHead.ShowFeatures(_classifier), _crops);
        var after = OnnxRunner.Run(FaceHead.Add(_classifier, head, []), _crops);

        Assert.Equal(["face_logit", "logit", "mask_probability"], after.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(before["logit"], after["logit"]);
        Assert.Equal(before["mask_probability"], after["mask_probability"]);
        var features = before[FaceHead.FeaturesName].Chunk(CropClassifierGraph.FeatureCount).ToArray();
        Assert.Equal(2, features.Length);
        foreach (var (expected, actual) in features.Select(crop => Weigh(head, crop)).Zip(after["face_logit"]))
        {
            Assert.Equal(expected, actual, 1e-3);
        }
    }

    [Fact]
    public void A_second_head_replaces_the_first()
    {
        var (first, second) = (RandomHead(seed: 5), RandomHead(seed: 6));
        var once = FaceHead.Add(_classifier, second, [new("face_head_data", "second")]);
        var twice = FaceHead.Add(
            FaceHead.Add(_classifier, first, [new("face_head_data", "first")]), second, [new("face_head_data", "second")]);

        Assert.Equal(once.Length, twice.Length);
        Assert.Equal(OnnxRunner.Run(once, _crops)["face_logit"], OnnxRunner.Run(twice, _crops)["face_logit"]);
        using var session = new InferenceSession(twice);
        Assert.Equal("second", session.ModelMetadata.CustomMetadataMap["face_head_data"]);
        Assert.Equal("7", session.ModelMetadata.CustomMetadataMap["version"]);
    }

    [Fact]
    public void Invalid_weights_and_models_are_refused()
    {
        Assert.Throws<ArgumentException>(() => FaceHead.Add(_classifier, new DenseNumbers(new float[3], new float[1]), []));
        Assert.Throws<InvalidDataException>(() => FaceHead.Add([1, 2, 3], RandomHead(seed: 5), []));
        var other = new GraphBuilder("other");
        other.Output(other.CastToFloat("number", other.Input("byte", ElementType.UInt8, 1)), ElementType.Float32, 1);
        var bytes = other.Build([]);
        Assert.Throws<InvalidDataException>(() => FaceHead.ShowFeatures(bytes));
    }

    private static DenseNumbers RandomHead(int seed)
    {
        var random = new Random(seed);
        return new DenseNumbers(
            Enumerable.Range(0, CropClassifierGraph.FeatureCount).Select(_ => random.NextSingle() - 0.5f).ToArray(),
            new[] { random.NextSingle() });
    }

    private static double Weigh(DenseNumbers head, float[] features)
    {
        double sum = head.Bias.Span[0];
        for (var i = 0; i < features.Length; i++)
        {
            sum += (double)head.Weight.Span[i] * features[i];
        }

        return sum;
    }
}
