using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.MobileNetV2;
using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Onnx.Tests.MobileNetV2;

public sealed class CropClassifierGraphTests
{
    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(224)]
    [InlineData(160)]
    [InlineData(32)]
    public void The_graph_matches_a_plain_implementation(int inputSize)
    {
        var backbone = RandomWeights.Backbone(seed: 1);
        var head = RandomWeights.Mask(seed: 2, temperature: 1.7f);
        var pixels = RandomWeights.Pixels(seed: 3, 90 * 70 * 3);
        var planes = PlainResize.ToPlanes(pixels, 1, 90, 70, inputSize).Select(value => (value / 127.5f) - 1).ToArray();
        var features = PlainMobileNetV2.Features(planes, inputSize, backbone);
        var expected = PlainHead(features, head);

        var outputs = OnnxRunner.Run(
            CropClassifierGraph.Build("test", inputSize, backbone, [head], []), ("crops", pixels, [1, 90, 70, 3]));

        Assert.InRange(expected, -20, 20);
        Assert.Equal(expected, outputs["logit"][0], 1e-4 * Math.Max(1, Math.Abs(expected)));
        Assert.Equal(1 / (1 + Math.Exp(-expected / 1.7)), outputs["mask_probability"][0], 1e-5);
    }

    [Fact]
    public void A_batch_gives_the_same_result_as_single_crops()
    {
        var model = CropClassifierGraph.Build(
            "test", 96, RandomWeights.Backbone(seed: 1), [RandomWeights.Mask(seed: 2, temperature: 1)], []);
        using var session = new InferenceSession(model);
        const int size = 40 * 56 * 3;
        var pixels = RandomWeights.Pixels(seed: 4, 3 * size);

        var batch = OnnxRunner.Run(session, ("crops", pixels, [3, 40, 56, 3]))["logit"];

        Assert.Equal(3, batch.Length);
        Assert.NotEqual(batch[0], batch[1]);
        for (var i = 0; i < 3; i++)
        {
            var single = OnnxRunner.Run(session, ("crops", pixels[(i * size)..((i + 1) * size)], [1, 40, 56, 3]))["logit"];
            Assert.Equal(single[0], batch[i], 1e-4f);
        }
    }

    [Fact]
    public void Several_heads_share_the_features()
    {
        var mask = RandomWeights.Mask(seed: 2, temperature: 1);
        var worn = RandomWeights.Mask(seed: 5, temperature: 1) with { LogitName = "worn_logit", ProbabilityName = "worn_probability" };
        var backbone = RandomWeights.Backbone(seed: 1);
        var pixels = RandomWeights.Pixels(seed: 4, 40 * 40 * 3);

        var both = OnnxRunner.Run(CropClassifierGraph.Build("test", 96, backbone, [mask, worn], []), ("crops", pixels, [1, 40, 40, 3]));
        var alone = OnnxRunner.Run(CropClassifierGraph.Build("test", 96, backbone, [mask], []), ("crops", pixels, [1, 40, 40, 3]));

        Assert.Equal(["logit", "mask_probability", "worn_logit", "worn_probability"], both.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(alone["logit"][0], both["logit"][0], 1e-5f);
        Assert.NotEqual(both["logit"][0], both["worn_logit"][0]);
    }

    [Fact]
    public void Metadata_contains_the_models_name_and_the_callers_entries()
    {
        var model = CropClassifierGraph.Build(
            "mask_classifier", 96, RandomWeights.Backbone(seed: 1), [RandomWeights.Mask(seed: 2, temperature: 1)], [new("version", "7")]);
        using var session = new InferenceSession(model);

        var metadata = session.ModelMetadata.CustomMetadataMap;

        Assert.Equal("mask_classifier", metadata[ModelMetadata.Name]);
        Assert.Equal("96", metadata[ModelMetadata.InputSize]);
        Assert.Equal("7", metadata["version"]);
        Assert.Equal([-1, -1, -1, 3], session.InputMetadata["crops"].Dimensions);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_temperature_that_is_not_positive_is_refused(float temperature) =>
        Assert.Throws<ArgumentException>(() => CropClassifierGraph.Build(
            "test", 96, RandomWeights.Backbone(seed: 1), [RandomWeights.Mask(seed: 2, temperature)], []));

    [Theory]
    [InlineData(0)]
    [InlineData(-32)]
    [InlineData(100)]
    public void An_input_size_that_the_strides_do_not_divide_is_refused(int inputSize)
    {
        var backbone = RandomWeights.Backbone(seed: 1);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            CropClassifierGraph.Build("test", inputSize, backbone, [RandomWeights.Mask(seed: 2, temperature: 1)], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => CropClassifierGraph.BuildBackbone(inputSize, backbone, []));
    }

    [Fact]
    public void Weights_of_the_wrong_length_are_refused()
    {
        var backbone = RandomWeights.Backbone(seed: 1).ToArray();
        backbone[7] = backbone[7] with { Kernel = backbone[7].Kernel[1..] };

        var exception = Assert.Throws<ArgumentException>(() =>
            CropClassifierGraph.Build("test", 96, backbone, [RandomWeights.Mask(seed: 2, temperature: 1)], []));

        Assert.Contains("block2.depthwise", exception.Message, StringComparison.Ordinal);
    }

    // Down, up, both at once, equal, a single pixel, a sliver, several crops.
    [Theory]
    [InlineData(1, 600, 500)]
    [InlineData(1, 40, 31)]
    [InlineData(1, 17, 900)]
    [InlineData(1, 224, 224)]
    [InlineData(1, 448, 448)]
    [InlineData(1, 223, 225)]
    [InlineData(1, 1, 1)]
    [InlineData(3, 120, 333)]
    public void Resizing_equals_antialiased_interpolation(int count, int height, int width)
    {
        var graph = new GraphBuilder("resize");
        var normalized = CropClassifierGraph.AddPreprocessing(
            graph, graph.Input("crops", ElementType.UInt8, "n", "height", "width", 3), 224);
        graph.Output(normalized, ElementType.Float32, "n", 3, 224, 224);
        var pixels = RandomWeights.Pixels(seed: 6, count * height * width * 3);

        var actual = OnnxRunner.Run(graph.Build([]), ("crops", pixels, [count, height, width, 3]))[normalized];

        var expected = PlainResize.ToPlanes(pixels, count, height, width, 224);
        Assert.Equal(expected.Length, actual.Length);
        var worst = expected.Zip(actual, (plain, answer) => Math.Abs((plain / 127.5f) - 1 - answer)).Max();
        Assert.True(worst <= 1e-4f, $"differs by up to {worst}");
    }

    private static double PlainHead(float[] features, BinaryHead head)
    {
        var units = head.Hidden.Bias.Length;
        double logit = head.Output.Bias.Span[0];
        for (var unit = 0; unit < units; unit++)
        {
            double sum = head.Hidden.Bias.Span[unit];
            for (var i = 0; i < features.Length; i++)
            {
                sum += head.Hidden.Weight.Span[(unit * features.Length) + i] * features[i];
            }

            logit += Math.Max(sum, 0) * head.Output.Weight.Span[unit];
        }

        return logit;
    }
}
