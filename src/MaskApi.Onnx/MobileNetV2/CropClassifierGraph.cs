using System.Globalization;
using MaskApi.Onnx.Graphs;

namespace MaskApi.Onnx.MobileNetV2;

/// <summary>
/// Writes the classifier as one ONNX graph: crops of any size in, probabilities out. Resizing and scaling are inside, so callers in any
/// language need none of MaskApi's constants.
/// </summary>
public static class CropClassifierGraph
{
    /// <summary>Channels of the pooled features that the heads read.</summary>
    public const int FeatureCount = 1280;

    /// <summary>
    /// The output with the probabilities of the three verdicts, <c>float[n, 3]</c>: with a mask, without, worn incorrectly. They sum to 1.
    /// </summary>
    public const string ProbabilitiesName = "probabilities";

    /// <summary>The crops, resized and scaled, <c>float[n, 3, side, side]</c>.</summary>
    internal const string PixelsName = "crops.normalized";

    /// <summary>Input pixels per step of the last features.</summary>
    private const int Stride = 32;

    /// <summary>Builds the model.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="inputSize">
    /// Side of the square that every crop is resized to, in pixels, a multiple of 32. The ImageNet weights were trained on 224. The cost is
    /// proportional to the area.
    /// </param>
    /// <param name="backbone">The numbers of the 52 convolutions, in the order of <see cref="MobileNetV2Layer.All"/>.</param>
    /// <param name="heads">The questions about the features; the service needs <see cref="BinaryHead.Mask"/>.</param>
    /// <param name="metadata">Further entries of the file's <c>metadata_props</c> (version, training data, metrics). Name, input size and
    /// preprocessing are added here.</param>
    /// <returns>The bytes of an <c>.onnx</c> file. Input <c>crops: uint8[n, height, width, 3]</c>, RGB, n, height and width at least 1. For
    /// each head a logit and a probability, <c>float[n]</c> each; with both <see cref="BinaryHead.Mask"/> and <see cref="BinaryHead.Fit"/>,
    /// also <see cref="ProbabilitiesName"/>.</returns>
    /// <exception cref="ArgumentException">A layer has the wrong number of weights, or a temperature is not above 0.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="inputSize"/> is not a positive multiple of 32.</exception>
    public static byte[] Build(
        string name,
        int inputSize,
        IReadOnlyList<ConvolutionNumbers> backbone,
        IReadOnlyList<BinaryHead> heads,
        IEnumerable<KeyValuePair<string, string>> metadata)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(heads);
        var graph = new GraphBuilder(name);
        var pixels = AddPreprocessing(graph, graph.Input("crops", ElementType.UInt8, "n", "height", "width", 3), inputSize);
        var features = AddBackbone(graph, pixels, inputSize, backbone, []);
        var hidden = new Dictionary<DenseNumbers, string>(ReferenceEqualityComparer.Instance);
        var probabilities = heads.ToDictionary(head => head.ProbabilityName, head => AddHead(graph, features, head, hidden));
        if (probabilities.TryGetValue("mask_probability", out var mask) && probabilities.TryGetValue("fit_probability", out var fit))
        {
            AddVerdicts(graph, mask, fit);
        }

        return graph.Build(
        [
            new(ModelMetadata.Name, name),
            new(ModelMetadata.InputSize, inputSize.ToString(CultureInfo.InvariantCulture)),
            new(ModelMetadata.Preprocessing, "RGB crops of any size, uint8 0-255; antialiased resize and scaling are in the graph"),
            .. metadata,
        ]);
    }

    /// <summary>Builds only the backbone, for training with frozen first blocks.</summary>
    /// <param name="inputSize">Side of the square pictures, in pixels, a multiple of 32.</param>
    /// <param name="backbone">The numbers of the 52 convolutions, in the order of <see cref="MobileNetV2Layer.All"/>.</param>
    /// <param name="blocks">Blocks whose input is requested, by name (<c>0</c> to <c>16</c>, <c>last</c>).</param>
    /// <returns>The bytes of an <c>.onnx</c> file. Input <c>pixels: uint8[1, inputSize, inputSize, 3]</c>, RGB. Outputs <c>features:
    /// float[1, 1280]</c>, pooled, and for each block <c>BLOCK.input: float[1, height, width, channels]</c>.</returns>
    /// <exception cref="ArgumentException">A layer has the wrong number of weights, or there is no such block.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="inputSize"/> is not a positive multiple of 32.</exception>
    public static byte[] BuildBackbone(int inputSize, IReadOnlyList<ConvolutionNumbers> backbone, IReadOnlyCollection<string> blocks)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(blocks);
        if (blocks.FirstOrDefault(b => b == MobileNetV2Layer.All[0].Block || !MobileNetV2Layer.All.Any(l => l.Block == b)) is { } unknown)
        {
            throw new ArgumentException($"No block of features goes into '{unknown}'.", nameof(blocks));
        }

        var graph = new GraphBuilder("backbone");
        var pixels = graph.Input("pixels", ElementType.UInt8, 1, inputSize, inputSize, 3);
        var planes = graph.CastToFloat("pixels.float", graph.Transpose("pixels.nchw", pixels, 0, 3, 1, 2));
        var features = AddBackbone(graph, graph.NormalizePixels("pixels.normalized", planes), inputSize, backbone, blocks);
        graph.Output(features, ElementType.Float32, 1, FeatureCount);
        return graph.Build([]);
    }

    // Matches torch.nn.functional.interpolate(mode="bilinear", antialias=True). exclude_outside renormalizes the filter at edges, which
    // PyTorch always does.
    internal static string AddPreprocessing(GraphBuilder graph, string crops, int inputSize)
    {
        // Transpose to planes while pixels are bytes: that moves a quarter of the memory and is fastest (0.5 ms for a 320x260 crop, 3.7 ms
        // for 1000x1000, one thread).
        var planes = graph.CastToFloat("crops.float", graph.Transpose("crops.nchw", crops, 0, 3, 1, 2));
        // All four sizes are given. Listing only axes 2 and 3 would be shorter, but ONNX Runtime 1.31 fails to load a model if it tries to
        // move a transpose past such a Resize.
        var count = graph.Node("Shape", "crops.count", [crops], NodeAttribute.Int("start", 0), NodeAttribute.Int("end", 1));
        var size = graph.IntegerConstant("crops.plane_size", [3, inputSize, inputSize], 3);
        var resized = graph.Node(
            "Resize",
            "crops.resized",
            [
                planes,
                string.Empty,
                string.Empty,
                graph.Node("Concat", "crops.size", [count, size], NodeAttribute.Int("axis", 0)),
            ],
            NodeAttribute.Text("mode", "linear"),
            NodeAttribute.Text("coordinate_transformation_mode", "half_pixel"),
            NodeAttribute.Int("antialias", 1),
            NodeAttribute.Int("exclude_outside", 1));
        return graph.NormalizePixels(PixelsName, resized);
    }

    private static string AddBackbone(
        GraphBuilder graph, string pixels, int inputSize, IReadOnlyList<ConvolutionNumbers> backbone,
        IReadOnlyCollection<string> shownBlocks)
    {
        if (inputSize < Stride || inputSize % Stride != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(inputSize), inputSize, $"The side of the input must be a multiple of {Stride} pixels.");
        }

        var layers = MobileNetV2Layer.All;
        if (backbone.Count != layers.Count)
        {
            throw new ArgumentException($"MobileNetV2 has {layers.Count} convolutions, not {backbone.Count}.", nameof(backbone));
        }

        var (value, size) = (pixels, inputSize);
        var (block, blockInput) = (string.Empty, string.Empty);
        foreach (var (layer, numbers) in layers.Zip(backbone))
        {
            if (layer.Block != block)
            {
                (block, blockInput) = (layer.Block, value);
                if (shownBlocks.Contains(block))
                {
                    graph.Output(
                        graph.Transpose($"{block}.input", value, 0, 2, 3, 1), ElementType.Float32, 1, size, size, layer.InputChannels);
                }
            }

            var window = Window.Square(layer.KernelSize, layer.Stride).PaddedSame(size, size);
            value = AddConvolution(graph, value, layer, numbers, window);
            size = (size + layer.Stride - 1) / layer.Stride;
            if (layer.AddsBlockInput)
            {
                value = graph.Node("Add", $"block{block}.sum", [blockInput, value]);
            }
        }

        var pooled = graph.Node("GlobalAveragePool", "features.pooled", [value]);
        return graph.Node("Flatten", "features", [pooled], NodeAttribute.Int("axis", 1));
    }

    private static string AddConvolution(
        GraphBuilder graph, string input, MobileNetV2Layer layer, ConvolutionNumbers numbers, Window window)
    {
        var name = char.IsDigit(layer.Block[0]) ? $"block{layer.Block}.{layer.Role}" : layer.Block;
        var perGroup = layer.Depthwise ? 1 : layer.InputChannels;
        var kernel = graph.Constant(
            name + ".weight", numbers.Kernel.Span, layer.OutputChannels, perGroup, layer.KernelSize, layer.KernelSize);
        var bias = graph.Constant(name + ".bias", numbers.Bias.Span, layer.OutputChannels);
        var groups = layer.Depthwise ? layer.InputChannels : 1;
        return layer.Relu6
            ? graph.Relu6(name, graph.Convolution(name + ".sum", input, kernel, bias, window, groups))
            : graph.Convolution(name, input, kernel, bias, window, groups);
    }

    // P(with) = m·f, P(without) = 1 − m, P(incorrect) = m·(1 − f), concatenated.
    private static void AddVerdicts(GraphBuilder graph, string mask, string fit)
    {
        string Column(string name, string value) => graph.Reshape($"verdict.{name}.column", value, -1, 1);
        var with = graph.Node("Mul", "verdict.with", [mask, fit]);
        var without = graph.Node("Sub", "verdict.without", [graph.Constant("verdict.one", [1f]), mask]);
        var incorrect = graph.Node("Sub", "verdict.incorrect", [mask, with]);
        graph.Output(
            graph.Node(
                "Concat",
                ProbabilitiesName,
                [Column("with", with), Column("without", without), Column("incorrect", incorrect)],
                NodeAttribute.Int("axis", 1)),
            ElementType.Float32,
            "n",
            3);
    }

    private static string AddHead(GraphBuilder graph, string features, BinaryHead head, Dictionary<DenseNumbers, string> hiddenLayers)
    {
        if (!(head.Temperature > 0) || !float.IsFinite(head.Temperature))
        {
            throw new ArgumentException($"The temperature of '{head.LogitName}' is {head.Temperature}; it must be above 0.", nameof(head));
        }

        var units = head.Hidden.Bias.Length;
        if (!hiddenLayers.TryGetValue(head.Hidden, out var hidden))
        {
            var sum = AddDense(graph, head.LogitName + ".hidden.sum", features, head.Hidden, FeatureCount, units);
            hidden = hiddenLayers[head.Hidden] = graph.Node("Relu", head.LogitName + ".hidden", [sum]);
        }

        var column = AddDense(graph, head.LogitName + ".column", hidden, head.Output, units, 1);
        var logit = graph.Reshape(head.LogitName, column, -1);
        var calibrated = graph.Node(
            "Div", head.LogitName + ".calibrated", [logit, graph.Constant(head.LogitName + ".temperature", [head.Temperature])]);
        graph.Output(logit, ElementType.Float32, "n");
        var probability = graph.Node("Sigmoid", head.ProbabilityName, [calibrated]);
        graph.Output(probability, ElementType.Float32, "n");
        return probability;
    }

    internal static string AddDense(GraphBuilder graph, string name, string input, DenseNumbers numbers, int inputs, int outputs) =>
        graph.Node(
            "Gemm",
            name,
            [
                input,
                graph.Constant(name + ".weight", numbers.Weight.Span, outputs, inputs),
                graph.Constant(name + ".bias", numbers.Bias.Span, outputs),
            ],
            NodeAttribute.Int("transB", 1));
}
