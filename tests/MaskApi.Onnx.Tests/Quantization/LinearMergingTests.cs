using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Quantization;

namespace MaskApi.Onnx.Tests.Quantization;

public sealed class LinearMergingTests
{
    [Fact]
    public void Merging_two_linear_convolutions_changes_no_answer()
    {
        var graph = new GraphBuilder("linear");
        var input = graph.Input("x", ElementType.Float32, 1, 2, 1, 2);
        var middle = graph.Convolution(
            "middle", input, graph.Constant("a", [1, 2, 3, 4], 2, 2, 1, 1), graph.Constant("aBias", [5, 6], 2), Window.Square(1, 1));
        var output = graph.Convolution(
            "y", middle, graph.Constant("b", [1, -1, 2, 0.5f], 2, 2, 1, 1), graph.Constant("bBias", [10, 20], 2), Window.Square(1, 1));
        graph.Output(output, ElementType.Float32, 1, 2, 1, 2);
        var model = ModelFile.Parse(graph.Build([]));
        float[] values = [1, 2, 3, 4];
        var before = OnnxRunner.Run(ModelFile.Bytes(model), ("x", values, [1, 2, 1, 2]))["y"];

        LinearMerging.Apply(model.Graph);
        var after = OnnxRunner.Run(ModelFile.Bytes(model), ("x", values, [1, 2, 1, 2]))["y"];

        Assert.Single(model.Graph.Node);
        // Pixels (1, 3) and (2, 4): A x + a = (12, 21) and (15, 28); B of that + b = (1, 54.5) and (-3, 64).
        Assert.Equal([1, -3, 54.5f, 64], before);
        Assert.Equal(before, after);
    }

    [Fact]
    public void A_convolution_that_others_read_too_is_not_merged()
    {
        var graph = new GraphBuilder("residual");
        var input = graph.Input("x", ElementType.Float32, 1, 1, 1, 1);
        var middle = graph.Convolution(
            "middle", input, graph.Constant("a", [2f], 1, 1, 1, 1), graph.Constant("aBias", [0f], 1), Window.Square(1, 1));
        var next = graph.Convolution(
            "next", middle, graph.Constant("b", [3f], 1, 1, 1, 1), graph.Constant("bBias", [0f], 1), Window.Square(1, 1));
        graph.Output(graph.Node("Add", "y", [middle, next]), ElementType.Float32, 1, 1, 1, 1);
        var model = ModelFile.Parse(graph.Build([]));

        LinearMerging.Apply(model.Graph);

        Assert.Equal(3, model.Graph.Node.Count);
    }

    // From 8 channels to 1 to 8: separate 16 products a pixel, merged 64.
    [Fact]
    public void A_merger_that_costs_too_much_is_left()
    {
        var graph = new GraphBuilder("bottleneck");
        var input = graph.Input("x", ElementType.Float32, 1, 8, 1, 1);
        var middle = graph.Convolution(
            "middle", input, graph.Constant("a", new float[8], 1, 8, 1, 1), graph.Constant("aBias", [0f], 1), Window.Square(1, 1));
        var next = graph.Convolution(
            "y", middle, graph.Constant("b", new float[8], 8, 1, 1, 1), graph.Constant("bBias", new float[8], 8), Window.Square(1, 1));
        graph.Output(next, ElementType.Float32, 1, 8, 1, 1);
        var model = ModelFile.Parse(graph.Build([]));

        LinearMerging.Apply(model.Graph);

        Assert.Equal(2, model.Graph.Node.Count);
    }
}
