namespace MaskApi.Onnx.Graphs;

/// <summary>The operators of MaskApi's graphs, each with all the attributes that it needs.</summary>
public static class GraphBuilderOperators
{
    /// <summary>A two-dimensional convolution of an NCHW value.</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="output">The name of the result: <c>float[n, out, height', width']</c>.</param>
    /// <param name="input">The value to convolve: <c>float[n, in, height, width]</c>.</param>
    /// <param name="kernel">A value of shape <c>[out, in / groups, kernel height, kernel width]</c>.</param>
    /// <param name="bias">A value of shape <c>[out]</c>.</param>
    /// <param name="window">Stride, padding, dilation.</param>
    /// <param name="groups">1, or the number of channels for a depthwise convolution.</param>
    /// <returns><paramref name="output"/>.</returns>
    public static string Convolution(
        this GraphBuilder graph, string output, string input, string kernel, string bias, Window window, int groups = 1)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Node(
            "Conv",
            output,
            [input, kernel, bias],
            NodeAttribute.Ints("kernel_shape", window.KernelHeight, window.KernelWidth),
            NodeAttribute.Ints("strides", window.StrideHeight, window.StrideWidth),
            NodeAttribute.Ints("dilations", window.DilationHeight, window.DilationWidth),
            NodeAttribute.Ints("pads", window.Top, window.Left, window.Bottom, window.Right),
            NodeAttribute.Int("group", groups));
    }

    /// <summary>Max pooling of an NCHW value. Padding never wins.</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="output">The name of the result.</param>
    /// <param name="input">The value to pool: <c>float[n, channels, height, width]</c>.</param>
    /// <param name="window">Size, stride, padding.</param>
    /// <returns><paramref name="output"/>.</returns>
    public static string MaxPool(this GraphBuilder graph, string output, string input, Window window)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Node(
            "MaxPool",
            output,
            [input],
            NodeAttribute.Ints("kernel_shape", window.KernelHeight, window.KernelWidth),
            NodeAttribute.Ints("strides", window.StrideHeight, window.StrideWidth),
            NodeAttribute.Ints("pads", window.Top, window.Left, window.Bottom, window.Right));
    }

    /// <summary>min(max(x, 0), 6).</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="output">The name of the result.</param>
    /// <param name="input">The value to limit.</param>
    /// <returns><paramref name="output"/>.</returns>
    public static string Relu6(this GraphBuilder graph, string output, string input) => graph.Clip(output, input, 0f, 6f);

    /// <summary>min(max(x, <paramref name="low"/>), <paramref name="high"/>).</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="output">The name of the result.</param>
    /// <param name="input">The value to limit.</param>
    /// <param name="low">The minimum.</param>
    /// <param name="high">The maximum.</param>
    /// <returns><paramref name="output"/>.</returns>
    public static string Clip(this GraphBuilder graph, string output, string input, float low, float high)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Node("Clip", output, [input, graph.Constant(output + ".low", [low]), graph.Constant(output + ".high", [high])]);
    }

    /// <summary>Reorders the axes.</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="output">The name of the result.</param>
    /// <param name="input">The value to reorder.</param>
    /// <param name="order">For each axis of the result, the axis of the input.</param>
    /// <returns><paramref name="output"/>.</returns>
    public static string Transpose(this GraphBuilder graph, string output, string input, params IEnumerable<long> order)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Node("Transpose", output, [input], NodeAttribute.Ints("perm", order));
    }

    /// <summary>Reshapes a value.</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="output">The name of the result.</param>
    /// <param name="input">The value to reshape.</param>
    /// <param name="shape">The sizes of the axes; −1 for at most one that follows from the rest.</param>
    /// <returns><paramref name="output"/>.</returns>
    public static string Reshape(this GraphBuilder graph, string output, string input, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Node("Reshape", output, [input, graph.IntegerConstant(output + ".shape", shape, shape.Length)]);
    }

    /// <summary>Slices an axis from <paramref name="start"/> to <paramref name="end"/>, exclusive.</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="output">The name of the result.</param>
    /// <param name="input">The value to cut.</param>
    /// <param name="axis">The axis to cut along.</param>
    /// <param name="start">The first element kept.</param>
    /// <param name="end">The first element after those kept.</param>
    /// <returns><paramref name="output"/>.</returns>
    public static string Slice(this GraphBuilder graph, string output, string input, int axis, int start, int end)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Node(
            "Slice",
            output,
            [
                input,
                graph.IntegerConstant(output + ".start", [start], 1),
                graph.IntegerConstant(output + ".end", [end], 1),
                graph.IntegerConstant(output + ".axis", [axis], 1),
            ]);
    }

    /// <summary>Maps bytes 0–255 to −1–1: <c>x / 127.5 - 1</c>, as in the training of both BlazeFace and MobileNetV2.</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="output">The name of the result, a float value.</param>
    /// <param name="input">A float value of 0–255.</param>
    /// <returns><paramref name="output"/>.</returns>
    public static string NormalizePixels(this GraphBuilder graph, string output, string input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var scaled = graph.Node("Mul", output + ".scaled", [input, graph.Constant(output + ".scale", [1 / 127.5f])]);
        return graph.Node("Sub", output, [scaled, graph.Constant(output + ".offset", [1f])]);
    }

    /// <summary>Converts any value to float32.</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="output">The name of the result.</param>
    /// <param name="input">The value to convert.</param>
    /// <returns><paramref name="output"/>.</returns>
    public static string CastToFloat(this GraphBuilder graph, string output, string input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Node("Cast", output, [input], NodeAttribute.Int("to", (long)ElementType.Float32));
    }
}
