using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.MobileNetV2;

namespace MaskApi.Onnx.Tests.MobileNetV2;

public sealed class SplitClassifierGraphTests
{
    private const int Side = 64;

    [Fact]
    public void Crops_of_different_sizes_make_one_batch_and_get_the_whole_models_answers()
    {
        (int Height, int Width)[] sizes = [(40, 56), (90, 70), (Side, Side)];
        var model = CropClassifierGraph.Build(
            "test", Side, RandomWeights.Backbone(seed: 1), [RandomWeights.Mask(seed: 2, temperature: 1)], []);
        var crops = sizes.Select((size, i) => RandomWeights.Pixels(seed: 4 + i, size.Height * size.Width * 3)).ToList();

        var (preprocessing, network) = SplitClassifierGraph.Split(model);
        var planes = crops.Zip(sizes).SelectMany(crop => Run(preprocessing, crop.First, crop.Second)[SplitClassifierGraph.SeamName]);
        var batch = OnnxRunner.Run(network, (SplitClassifierGraph.SeamName, planes.ToArray(), [sizes.Length, 3, Side, Side]));

        var expected = crops.Zip(sizes, (crop, size) => Run(model, crop, size)["logit"][0]).ToArray();
        Assert.Equal(sizes.Length, expected.Distinct().Count());
        Assert.Equal(expected, batch["logit"], static (a, b) => MathF.Abs(a - b) < 1e-4f);
        Assert.Equal(["logit", "mask_probability"], batch.Keys.Order(StringComparer.Ordinal));

        static IReadOnlyDictionary<string, float[]> Run(byte[] model, byte[] crop, (int Height, int Width) size) =>
            OnnxRunner.Run(model, ("crops", crop, [1, size.Height, size.Width, 3]));
    }

    [Fact]
    public void Another_model_is_refused()
    {
        var graph = new GraphBuilder("other");
        graph.Output(graph.Node("Neg", "y", [graph.Input("x", ElementType.Float32, 1)]), ElementType.Float32, 1);

        Assert.Throws<InvalidDataException>(() => SplitClassifierGraph.Split(graph.Build([])));
    }
}
