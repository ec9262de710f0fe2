using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Graphs;

/// <summary>
/// Runs a network's first stage in bands of rows if the picture is tall. The stage's values, the largest of all, are then never held for
/// the whole picture and stay in the processor's cache. The result is identical.
/// </summary>
/// <remarks>
/// <para>
/// The stage is copied into both branches of an <c>If</c>: whole for pictures up to a number of rows, and as the body of a <c>Scan</c>
/// over bands for taller ones. Convolutions must only see zero padding at the picture's border, so bands overlap by the reach of the
/// stage's windows, and each row of the result comes from the band that has all of its inputs. All bands have the same height: the last
/// one is moved up to end with the picture.
/// </para>
/// <para>
/// Some choices are for ONNX Runtime's sake. Each branch has its own copy of the weights, because only a graph's own weights are
/// reordered into blocks of channels. <c>Scan</c> writes bands in place, whereas <c>Loop</c> keeps all of them and concatenates at the
/// end. The result leaves with the channels last, an order that blocks can be read from directly. A 1×1 max pool takes it back into
/// blocks; otherwise a residual sum would not be fused with its convolution.
/// </para>
/// </remarks>
internal static class RowBanding
{
    /// <summary>Rewrites a stage to run in bands.</summary>
    /// <param name="graph">The graph to change.</param>
    /// <param name="image">Its input, <c>[1, rows, columns, channels]</c>, rows a multiple of the stage's stride.</param>
    /// <param name="result">The stage's result, <c>[1, channels, rows, columns]</c>.</param>
    /// <param name="maxRows">Maximum number of image rows per band; must exceed the overlap of bands.</param>
    /// <exception cref="NotSupportedException">The nodes do not form a stage: see <see cref="GraphStage.Find"/>.</exception>
    public static void Apply(GraphProto graph, string image, string result, int maxRows)
    {
        var stage = GraphStage.Find(graph, image, result);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maxRows, (stage.Above + stage.Below) * stage.Stride);

        var seam = new GraphBuilder(result);
        seam.Known(image);
        var height = seam.Node("Shape", result + ".height", [image], NodeAttribute.Int("start", 1), NodeAttribute.Int("end", 2));
        var tall = seam.Node("Greater", result + ".tall", [height, seam.IntegerConstant(result + ".most", [maxRows], 1)]);
        var rows = seam.Node(
            "If",
            result + ".rows",
            [tall],
            NodeAttribute.Subgraph("then_branch", InBands(stage, height, maxRows)),
            NodeAttribute.Subgraph("else_branch", Whole(stage)));
        seam.MaxPool(result, seam.Transpose(result + ".planes", rows, 0, 3, 1, 2), Window.Square(1, 1));
        stage.Replace(graph, seam.Graph);
    }

    private static GraphProto Whole(GraphStage stage)
    {
        var graph = new GraphBuilder(stage.Result + ".whole");
        return Returning(graph, graph.Transpose(graph.Graph.Name + ".rows", stage.CopyTo(graph, stage.Image), 0, 2, 3, 1), stage);
    }

    // Heights, starts and row numbers count rows of the result, not of the image.
    private static GraphProto InBands(GraphStage stage, string imageHeight, int maxRows)
    {
        var graph = new GraphBuilder(stage.Result + ".banded");
        graph.Known(stage.Image);
        graph.Known(imageHeight);
        string Name(string suffix) => $"{graph.Graph.Name}.{suffix}";
        string Number(string name, long value) => graph.IntegerConstant(Name(name), [value], 1);
        string Compute(string operatorType, string name, params string[] inputs) => graph.Node(operatorType, Name(name), inputs);

        var one = Number("one", 1);
        var stride = Number("stride", stage.Stride);
        var overlap = Number("overlap", stage.Above + stage.Below);
        var height = Compute("Div", "height", imageHeight, stride);

        string Ceiling(string name, string dividend, string divisor)
        {
            var sum = Compute("Add", name + ".sum", dividend, divisor);
            return Compute("Div", name, Compute("Sub", name + ".rounded", sum, one), divisor);
        }

        // As many bands as needed, no taller than necessary.
        var advance = Compute("Sub", "advance", height, overlap);
        var count = Ceiling("count", advance, Number("most", (maxRows / stage.Stride) - stage.Above - stage.Below));
        var step = Ceiling("step", advance, count);
        var bandHeight = Compute("Add", "band-height", step, overlap);

        string UpTo(string name, string length) => Compute(
            "Range",
            name,
            graph.IntegerConstant(Name(name + ".first"), [0]),
            Compute("Squeeze", name + ".count", length),
            graph.IntegerConstant(Name(name + ".step"), [1]));

        var even = Compute("Mul", "start.even", UpTo("index", count), step);
        var start = Compute("Min", "start", even, Compute("Sub", "start.last", height, bandHeight));
        var startPixels = Compute("Unsqueeze", "start.rows", Compute("Mul", "start.pixels", start, stride), one);
        var heightPixels = Compute("Mul", "band-height.pixels", bandHeight, stride);
        var bands = graph.Node(
            "Scan",
            Name("bands"),
            [startPixels],
            NodeAttribute.Int("num_scan_inputs", 1),
            NodeAttribute.Subgraph("body", Band(stage, heightPixels, one)));

        // [bands, 1, rows of a band, columns, channels] -> [1, rows of all bands, columns, channels].
        var line = graph.Node("Shape", Name("line"), [bands], NodeAttribute.Int("start", 3));
        var shape = graph.Node(
            "Concat", Name("joined.shape"), [graph.IntegerConstant(Name("joined.rows"), [1, -1], 2), line], NodeAttribute.Int("axis", 0));
        var joined = Compute("Reshape", "joined", bands, shape);

        // Band b has complete rows from b · step + above to (b + 1) · step + above. The first and last bands reach to the border.
        var row = UpTo("row", height);
        var belowTop = Compute("Max", "row.below-top", Compute("Sub", "row.offset", row, Number("above", stage.Above)), Number("zero", 0));
        var lastBand = Compute("Sub", "last", count, one);
        var band = Compute("Min", "row.band", Compute("Div", "row.band.even", belowTop, step), lastBand);
        var inBand = Compute("Sub", "row.in-band", row, Compute("Gather", "row.start", start, band));
        var place = Compute("Add", "row.place", Compute("Mul", "row.band.first", band, bandHeight), inBand);
        return Returning(graph, graph.Node("Gather", Name("rows"), [joined, place], NodeAttribute.Int("axis", 1)), stage);
    }

    private static GraphProto Band(GraphStage stage, string height, string rowAxis)
    {
        var graph = new GraphBuilder(stage.Result + ".band");
        foreach (var outer in (ReadOnlySpan<string>)[stage.Image, height, rowAxis])
        {
            graph.Known(outer);
        }

        var start = graph.Input(graph.Graph.Name + ".start", ElementType.Int64, 1);
        var end = graph.Node("Add", graph.Graph.Name + ".end", [start, height]);
        var image = graph.Node("Slice", graph.Graph.Name + ".image", [stage.Image, start, end, rowAxis]);
        return Returning(graph, graph.Transpose(graph.Graph.Name + ".rows", stage.CopyTo(graph, image), 0, 2, 3, 1), stage);
    }

    // The runtime only blocks values with a known number of channels, and cannot infer it from a computed shape.
    private static GraphProto Returning(GraphBuilder graph, string rows, GraphStage stage)
    {
        graph.Output(rows, ElementType.Float32, 1, rows + ".height", rows + ".width", stage.Channels);
        return graph.Graph;
    }
}
