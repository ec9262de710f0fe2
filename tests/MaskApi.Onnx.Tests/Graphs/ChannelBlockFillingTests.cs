using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Tests.Graphs;

public sealed class ChannelBlockFillingTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(20)]
    public void A_narrow_bottleneck_is_filled_up_and_gives_the_same_result(int channels)
    {
        var model = Bottleneck(channels, depthwise: true);
        var values = Enumerable.Range(0, 32 * 16).Select(value => MathF.Sin(value)).ToArray();
        var before = OnnxRunner.Run(ModelFile.Bytes(model), ("x", values, [1, 32, 4, 4]))["y"];

        ChannelBlockFilling.Apply(model.Graph);
        var after = OnnxRunner.Run(ModelFile.Bytes(model), ("x", values, [1, 32, 4, 4]))["y"];

        var filled = (channels + 15) / 16 * 16;
        Assert.Equal([filled, 32, 1, 1], Shape(model, "into.kernel"));
        Assert.Equal([filled], Shape(model, "into.bias"));
        Assert.Equal([filled, 1, 3, 3], Shape(model, "depthwise.kernel"));
        Assert.Equal([32, filled, 1, 1], Shape(model, "out.kernel"));
        Assert.Contains(before, value => value != 0);
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(8, false)]
    public void Whole_blocks_and_plain_convolutions_are_left_alone(int channels, bool depthwise)
    {
        var model = Bottleneck(channels, depthwise);
        var before = model.Clone();

        ChannelBlockFilling.Apply(model.Graph);

        Assert.Equal(before, model);
    }

    private static long[] Shape(ModelProto model, string constant) =>
        [.. model.Graph.Initializer.Single(tensor => tensor.Name == constant).Dims];

    private static ModelProto Bottleneck(int channels, bool depthwise)
    {
        var graph = new GraphBuilder("bottleneck");
        var random = new RandomConstants(graph);
        var input = graph.Input("x", ElementType.Float32, 1, 32, 4, 4);
        var into = graph.Convolution(
            "into", input, random.Draw("into.kernel", channels, 32, 1, 1), random.Draw("into.bias", channels), Window.Square(1, 1));
        var active = graph.Node("Relu", "active", [into]);
        var middle = graph.Convolution(
            "depthwise",
            active,
            random.Draw("depthwise.kernel", channels, depthwise ? 1 : channels, 3, 3),
            random.Draw("depthwise.bias", channels),
            Window.Square(3, 1).PaddedSame(4, 4),
            depthwise ? channels : 1);
        var outOf = graph.Convolution(
            "out", middle, random.Draw("out.kernel", 32, channels, 1, 1), random.Draw("out.bias", 32), Window.Square(1, 1));
        graph.Output(graph.Node("Add", "y", [input, outOf]), ElementType.Float32, 1, 32, 4, 4);
        return ModelFile.Parse(graph.Build([]));
    }
}
