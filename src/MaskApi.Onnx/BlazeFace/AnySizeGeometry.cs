using MaskApi.Onnx.Graphs;

namespace MaskApi.Onnx.BlazeFace;

/// <summary>Decodes raw box outputs in the graph where the input's size, and so the grid of anchors, is known only at run time.</summary>
internal static class AnySizeGeometry
{
    /// <summary>The symbol of the number of anchors in the outputs' shapes.</summary>
    public const string CountSymbol = "anchors";

    private const int PointsPerAnchor = BlazeFaceConverter.ValuesPerAnchor / 2;

    /// <summary>Adds the outputs <c>boxes</c> and <c>keypoints</c>.</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="image">The input, <c>[1, H, W, 3]</c>.</param>
    /// <param name="raw">The network's output, <c>[1, H / stride · W / stride, 16]</c>, row by row, in input pixels.</param>
    /// <param name="stride">Input pixels from one anchor to the next.</param>
    public static void Add(GraphBuilder graph, string image, string raw, int stride)
    {
        var shape = graph.Node("Shape", "grid.shape", [image]);
        var height = graph.Slice("grid.height", shape, 0, 1, 2);
        var width = graph.Slice("grid.width", shape, 0, 2, 3);
        var rows = Centers(graph, "grid.y", height, stride);
        var columns = Centers(graph, "grid.x", width, stride);

        // [rows, columns, 2] -> [anchors, 1, 2]; sizes, the second pair of an anchor's values, are no offsets from it.
        var grid = graph.Node("Concat", "grid.shape.cells", [rows.Count, columns.Count], NodeAttribute.Int("axis", 0));
        var x = graph.Node("Expand", "anchors.x", [columns.Centers, grid]);
        var y = graph.Node("Expand", "anchors.y", [graph.Reshape("grid.y.column", rows.Centers, -1, 1), grid]);
        var centers = graph.Node(
            "Concat",
            "anchors",
            [graph.Reshape("anchors.x.flat", x, -1, 1, 1), graph.Reshape("anchors.y.flat", y, -1, 1, 1)],
            NodeAttribute.Int("axis", 2));
        float[] isOffset = [1, 0, .. Enumerable.Repeat(1f, PointsPerAnchor - 2)];
        var offsets = graph.Node("Mul", "anchors.offsets", [centers, graph.Constant("anchors.used", isOffset, 1, PointsPerAnchor, 1)]);

        var size = graph.CastToFloat(
            "grid.size", graph.Node("Concat", "grid.size.integer", [width, height], NodeAttribute.Int("axis", 0)));
        var pairs = graph.Reshape("geometry.pixels", raw, -1, PointsPerAnchor, 2);
        var relative = graph.Node("Div", "geometry.relative", [pairs, size]);
        var decoded = graph.Node("Add", "geometry", [relative, offsets]);

        var middle = graph.Slice("boxes.centers", decoded, 1, 0, 1);
        var extent = graph.Slice("boxes.sizes", decoded, 1, 1, 2);
        var half = graph.Node("Mul", "boxes.halves", [extent, graph.Constant("boxes.half", [0.5f])]);
        var corners = graph.Node(
            "Concat",
            "boxes.corners",
            [graph.Node("Sub", "boxes.min", [middle, half]), graph.Node("Add", "boxes.max", [middle, half])],
            NodeAttribute.Int("axis", 1));
        graph.Output(graph.Reshape("boxes", corners, -1, 4), ElementType.Float32, CountSymbol, 4);
        var points = graph.Slice("keypoints.pairs", decoded, 1, 2, PointsPerAnchor);
        const int values = BlazeFaceConverter.ValuesPerAnchor - 4;
        graph.Output(graph.Reshape("keypoints", points, -1, values), ElementType.Float32, CountSymbol, values);
    }

    // Cell centers along one axis, 0-1 of its length, and how many there are (int64[1]).
    private static (string Centers, string Count) Centers(GraphBuilder graph, string name, string length, int stride)
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
        return (graph.Node("Div", name, [centered, graph.CastToFloat(name + ".count.float", scalar)]), count);
    }
}
