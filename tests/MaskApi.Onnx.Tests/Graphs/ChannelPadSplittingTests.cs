using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Tests.Graphs;

public sealed class ChannelPadSplittingTests
{
    [Fact]
    public void A_padded_residual_path_is_split_and_gives_the_same_result()
    {
        var model = PaddedResidual(channels: 16, added: 32);
        var values = Enumerable.Range(0, 16 * 4).Select(value => MathF.Sin(value)).ToArray();
        var before = OnnxRunner.Run(ModelFile.Bytes(model), ("x", values, [1, 16, 2, 2]))["y"];

        ChannelPadSplitting.Apply(model.Graph);
        var after = OnnxRunner.Run(ModelFile.Bytes(model), ("x", values, [1, 16, 2, 2]))["y"];

        Assert.DoesNotContain(model.Graph.Node, node => node.OpType == "Pad");
        Assert.Equal(48 * 4, after.Length);
        Assert.Contains(after, value => value > 0);
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    // 24 and 4 channels are not whole blocks, so splitting would gain nothing.
    [Theory]
    [InlineData(24, 4)]
    [InlineData(16, 8)]
    [InlineData(8, 16)]
    public void Parts_that_are_not_whole_blocks_are_left_alone(int channels, int added)
    {
        var model = PaddedResidual(channels, added);

        ChannelPadSplitting.Apply(model.Graph);

        Assert.Contains(model.Graph.Node, node => node.OpType == "Pad");
        Assert.DoesNotContain(model.Graph.Node, node => node.OpType == "Concat");
    }

    [Fact]
    public void Padding_of_rows_and_columns_is_left_alone()
    {
        var model = PaddedResidual(channels: 16, added: 16, rows: 1);

        ChannelPadSplitting.Apply(model.Graph);

        Assert.Contains(model.Graph.Node, node => node.OpType == "Pad");
    }

    private static ModelProto PaddedResidual(int channels, int added, int rows = 0)
    {
        var graph = new GraphBuilder("residual");
        var random = new RandomConstants(graph);
        var (wide, size) = (channels + added, 2 + rows);
        var input = graph.Input("x", ElementType.Float32, 1, channels, 2, 2);
        var padded = graph.Node(
            "Pad", "padded", [input, graph.IntegerConstant("pads", [0, 0, 0, 0, 0, added, rows, 0], 8)]);
        var convolution = graph.Convolution(
            "conv",
            input,
            random.Draw("kernel", wide, channels, 1, 1),
            random.Draw("bias", wide),
            Window.Square(1, 1) with { Bottom = rows });
        var sum = graph.Node("Add", "sum", [padded, convolution]);
        graph.Output(graph.Node("Relu", "y", [sum]), ElementType.Float32, 1, wide, size, 2);
        return ModelFile.Parse(graph.Build([]));
    }
}
