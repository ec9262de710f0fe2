using MaskApi.Onnx.Graphs;

namespace MaskApi.Onnx.BlazeFace;

/// <summary>Decodes raw box outputs inside the graph, if the input's size, and so the grid of anchors, is known only at run time.</summary>
internal static class AnySizeGeometry
{
    /// <summary>Symbolic dimension of the outputs: the number of anchors.</summary>
    public const string CountSymbol = "anchors";

    /// <summary>The raw values, one row for each anchor.</summary>
    internal const string PixelsName = "geometry.pixels";

    private const int Values = BlazeFaceConverter.ValuesPerAnchor;
    private const int PointsPerAnchor = Values / 2;

    /// <summary>Adds the outputs <c>boxes</c> and <c>keypoints</c>.</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="image">The input, <c>[1, H, W, 3]</c>.</param>
    /// <param name="raw">The network's output, <c>[1, H / stride · W / stride, 16]</c>, row-major, in input pixels.</param>
    /// <param name="stride">Input pixels between neighboring anchors.</param>
    public static void Add(GraphBuilder graph, string image, string raw, int stride)
    {
        var shape = graph.Node("Shape", "grid.shape", [image]);
        var height = graph.Slice("grid.height", shape, 0, 1, 2);
        var width = graph.Slice("grid.width", shape, 0, 2, 3);

        // An anchor's values are eight x, y pairs. With corners instead of center and size, each is an offset from the anchor. All sixteen
        // are computed together, as single pairs are too short for vector instructions.
        var size = graph.CastToFloat(
            "grid.size", graph.Node("Concat", "grid.size.integer", [width, height], NodeAttribute.Int("axis", 0)));
        var scale = graph.Node(
            "Div", "geometry.scale", [graph.Constant("geometry.corners", Corners(), Values, PointsPerAnchor, 2), size]);
        var relative = graph.Node(
            "MatMul",
            "geometry.relative",
            [graph.Reshape(PixelsName, raw, -1, Values), graph.Reshape("geometry.scale.square", scale, Values, Values)]);

        // [1, columns, 16] + [rows, 1, 16] -> [anchors, 16].
        var x = OfPairs(graph, "grid.x", Centers(graph, "grid.x", width, stride), 0, 1, -1, 1);
        var y = OfPairs(graph, "grid.y", Centers(graph, "grid.y", height, stride), 1, -1, 1, 1);
        var anchors = graph.Reshape("anchors", graph.Node("Add", "anchors.grid", [x, y]), -1, Values);
        var decoded = graph.Node("Add", "geometry", [relative, anchors]);
        graph.Output(graph.Slice("boxes", decoded, 1, 0, 4), ElementType.Float32, CountSymbol, 4);
        graph.Output(graph.Slice("keypoints", decoded, 1, 4, Values), ElementType.Float32, CountSymbol, Values - 4);
    }

    // Converts a row of raw values to corners and key points: center minus and plus half the size, the rest unchanged.
    private static float[] Corners()
    {
        var square = new float[Values * Values];
        for (var i = 0; i < Values; i++)
        {
            square[(i * Values) + i] = 1;
        }

        for (var axis = 0; axis < 2; axis++)
        {
            square[((2 + axis) * Values) + axis] = -0.5f;
            square[(axis * Values) + 2 + axis] = 1;
            square[((2 + axis) * Values) + 2 + axis] = 0.5f;
        }

        return square;
    }

    // Centers along one axis at that axis's place in every pair, zero at the other's.
    private static string OfPairs(GraphBuilder graph, string name, string centers, int axis, params ReadOnlySpan<long> shape)
    {
        var place = new float[Values];
        for (var i = axis; i < Values; i += 2)
        {
            place[i] = 1;
        }

        return graph.Node(
            "Mul", name + ".pairs", [graph.Reshape(name + ".cells", centers, shape), graph.Constant(name + ".place", place, Values)]);
    }

    // Cell centers along one axis, as 0-1 of its length.
    private static string Centers(GraphBuilder graph, string name, string length, int stride)
    {
        var count = graph.Node("Div", name + ".count", [length, graph.IntegerConstant(name + ".stride", [stride], 1)]);
        var scalar = graph.Node("Squeeze", name + ".count.scalar", [count]);
        var index = graph.Node(
            "Range",
            name + ".index",
            [
                graph.IntegerConstant(name + ".first", [0]),
                scalar,
                graph.IntegerConstant(name + ".step", [1]),
            ]);
        var centered = graph.Node(
            "Add", name + ".centered", [graph.CastToFloat(name + ".float", index), graph.Constant(name + ".half", [0.5f])]);
        return graph.Node("Div", name, [centered, graph.CastToFloat(name + ".count.float", scalar)]);
    }
}
