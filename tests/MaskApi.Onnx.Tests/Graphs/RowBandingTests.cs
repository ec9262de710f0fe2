using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Tests.Graphs;

/// <summary>A stage that halves the picture twice, in bands of rows, against the same graph in one piece.</summary>
public sealed class RowBandingTests
{
    private const int Columns = 12;
    private const int MaxRows = 40;

    // Whole up to 40 rows, then in bands that divide the picture evenly, and in bands that do not.
    [Theory]
    [InlineData(4)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(44)]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(176)]
    [InlineData(180)]
    [InlineData(404)]
    public void Bands_give_the_same_result_as_the_whole(int rows)
    {
        var random = new Random(rows);
        var pixels = Enumerable.Range(0, rows * Columns * 3).Select(_ => (float)random.NextDouble()).ToArray();
        var model = Model();
        var expected = Run(model, pixels, rows);

        RowBanding.Apply(model.Graph, "image", "stage", MaxRows);
        var actual = Run(model, pixels, rows);

        Assert.Equal(16 * rows / 4 * Columns / 4, actual.Length);
        Assert.Contains(expected, value => value > 0.01f);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    // Row y of the stage depends on rows 2y-2 to 2y+4 of the first convolution (5 high by dilation, 3 high with stride 2),
    // and those on rows 4y-4 to 4y+10 of the image. Its own rows are 4y to 4y+3, so it reaches 4 above and 7 below.
    [Fact]
    public void The_receptive_field_follows_from_sizes_strides_padding_and_dilation()
    {
        var stage = GraphStage.Find(Model().Graph, "image", "stage");

        Assert.Equal((4, 1, 2, 16L), (stage.Stride, stage.Above, stage.Below, stage.Channels));
    }

    [Fact]
    public void Bands_that_overlap_by_all_their_rows_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RowBanding.Apply(Model().Graph, "image", "stage", 12));
    }

    [Theory]
    [InlineData("pooled", "'first' is also read after 'pooled'.")]
    [InlineData("y", "'y' does not depend on 'image' alone, but on: image, other.")]
    [InlineData("nothing", "'nothing' does not depend on 'image' alone, but on: nothing.")]
    public void A_value_that_is_not_a_stage_is_refused(string result, string message)
    {
        var exception = Assert.Throws<NotSupportedException>(() => RowBanding.Apply(Model().Graph, "image", result, MaxRows));

        Assert.Equal(message, exception.Message);
    }

    [Fact]
    public void An_operator_with_an_unknown_receptive_field_is_refused()
    {
        var model = Model();
        model.Graph.Node.Single(node => node.Name == "active").OpType = "Softmax";

        var exception = Assert.Throws<NotSupportedException>(() => RowBanding.Apply(model.Graph, "image", "stage", MaxRows));

        Assert.Equal("Which rows 'active' (Softmax) reads is not known.", exception.Message);
    }

    private static float[] Run(ModelProto model, float[] pixels, int rows) => OnnxRunner.Run(
        ModelFile.Bytes(model), ("image", pixels, [1, rows, Columns, 3]), ("other", (float[])[1], [1]))["y"];

    private static ModelProto Model()
    {
        var graph = new GraphBuilder("stages");
        var random = new RandomConstants(graph);
        string Convolve(string name, string input, int inputs, Window window) => graph.Convolution(
            name,
            input,
            random.Draw(name + ".kernel", 16, inputs, window.KernelHeight, window.KernelWidth),
            random.Draw(name + ".bias", 16),
            window);

        var image = graph.Input("image", ElementType.Float32, 1, "height", "width", 3);
        var other = graph.Input("other", ElementType.Float32, 1);
        var pixels = graph.NormalizePixels("pixels", graph.Transpose("planes", image, 0, 3, 1, 2));
        var halved = Window.Square(3, 2) with { Bottom = 1, Right = 1 };
        var first = graph.Node("Relu", "first", [Convolve("first.conv", pixels, 3, halved)]);
        var dilated = Window.Square(3, 1) with { DilationHeight = 2, DilationWidth = 2, Top = 2, Left = 2, Bottom = 2, Right = 2 };
        var active = graph.Node("Relu", "active", [Convolve("dilated", first, 16, dilated)]);
        var pooled = graph.MaxPool("pooled", first, Window.Square(2, 2));
        var stage = graph.Node("Add", "stage", [pooled, Convolve("second", active, 16, halved)]);

        // A residual sum follows the stage, as in the networks that are banded this way.
        var same = Window.Square(3, 1) with { Top = 1, Left = 1, Bottom = 1, Right = 1 };
        var sum = graph.Node("Add", "sum", [stage, Convolve("third", stage, 16, same)]);
        graph.Output(graph.Node("Mul", "y", [sum, other]), ElementType.Float32, 1, 16, "rows", "columns");
        return ModelFile.Parse(graph.Build([]));
    }
}
