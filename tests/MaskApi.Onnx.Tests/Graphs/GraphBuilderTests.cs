using MaskApi.Onnx.Graphs;

namespace MaskApi.Onnx.Tests.Graphs;

public sealed class GraphBuilderTests
{
    [Fact]
    public void A_built_graph_runs()
    {
        var graph = new GraphBuilder("sum");
        var input = graph.Input("x", ElementType.Float32, "n", 2);
        var sum = graph.Node("Add", "y", [input, graph.Constant("c", [10, 20], 2)]);
        graph.Output(sum, ElementType.Float32, "n", 2);

        var outputs = OnnxRunner.Run(graph.Build([]), ("x", new float[] { 1, 2, 3, 4 }, [2, 2]));

        Assert.Equal([11, 22, 13, 24], outputs["y"]);
    }

    [Fact]
    public void The_same_calls_give_the_same_bytes()
    {
        static byte[] Build()
        {
            var graph = new GraphBuilder("clip");
            graph.Output(graph.Relu6("y", graph.Input("x", ElementType.Float32, "n")), ElementType.Float32, "n");
            return graph.Build([new("key", "value")]);
        }

        Assert.Equal(Build(), Build());
    }

    [Fact]
    public void A_name_cannot_be_used_twice()
    {
        var graph = new GraphBuilder("test");
        graph.Input("x", ElementType.Float32, 1);

        Assert.Throws<ArgumentException>(() => graph.Constant("x", [1f], 1));
    }

    [Fact]
    public void A_node_cannot_read_an_undefined_value()
    {
        var graph = new GraphBuilder("test");

        Assert.Throws<ArgumentException>(() => graph.Node("Relu", "y", ["x"]));
    }

    [Fact]
    public void A_constant_must_fill_its_shape()
    {
        var graph = new GraphBuilder("test");

        Assert.Throws<ArgumentException>(() => graph.Constant("c", [1f, 2f, 3f], 2, 2));
    }

    [Fact]
    public void A_graph_needs_an_output()
    {
        var graph = new GraphBuilder("test");
        graph.Input("x", ElementType.Float32, 1);

        Assert.Throws<InvalidOperationException>(() => graph.Build([]));
    }
}
