using MaskApi.Onnx.Graphs;

namespace MaskApi.Onnx.Tflite;

/// <summary>
/// Translates the operators of a TensorFlow Lite model into ONNX. TensorFlow Lite stores pictures as NHWC and ONNX as NCHW. Here every
/// value of four axes is NCHW, kernels are reordered as they are written, and the order returns to NHWC only where a reshape or an output
/// makes it visible.
/// </summary>
public sealed class TfliteConverter
{
    private static readonly long[] _toNchw = [0, 3, 1, 2];
    private static readonly long[] _toNhwc = [0, 2, 3, 1];

    private readonly TfliteModel _model;
    private readonly GraphBuilder _graph;
    private readonly TfliteConversion _conversion;

    // Tensor index -> the ONNX value that carries it (four axes: NCHW).
    private readonly Dictionary<int, string> _values = [];

    // Tensor index -> the float constant behind a DEQUANTIZE.
    private readonly Dictionary<int, float[]> _dequantized = [];

    private TfliteConverter(TfliteModel model, GraphBuilder graph, TfliteConversion conversion)
    {
        _model = model;
        _graph = graph;
        _conversion = conversion;
    }

    /// <summary>Converts a model unchanged: float inputs and outputs with the same names, shapes and axis order.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">The graph's name.</param>
    /// <param name="metadata">Entries of the file's <c>metadata_props</c>.</param>
    /// <returns>The bytes of the <c>.onnx</c> file.</returns>
    /// <exception cref="NotSupportedException">The converter does not support one of the model's operators or options.</exception>
    public static byte[] Convert(TfliteModel model, string name, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = new GraphBuilder(name);
        var inputs = new Dictionary<int, string>();
        foreach (var index in model.Inputs)
        {
            var tensor = model.Tensors[index];
            var input = graph.Input(tensor.Name, ElementType.Float32, Dimensions(tensor));
            inputs[index] = tensor.Shape.Count == 4 ? graph.Transpose(input + ".nchw", input, _toNchw) : input;
        }

        var outputs = AppendTo(graph, model, inputs);
        foreach (var index in model.Outputs)
        {
            var tensor = model.Tensors[index];
            var output = tensor.Shape.Count == 4
                ? graph.Transpose(tensor.Name + ".nhwc", outputs[index], _toNhwc)
                : outputs[index];
            graph.Output(output, ElementType.Float32, Dimensions(tensor));
        }

        return graph.Build(metadata);
    }

    /// <summary>Adds a model's operators to a graph.</summary>
    /// <param name="graph">The graph to add to.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputs">For each of the model's inputs, the float value that carries it; with four axes: NCHW.</param>
    /// <param name="conversion">Changes during conversion; null for none.</param>
    /// <returns>For each of the model's outputs, the value that carries it; with four axes: NCHW.</returns>
    /// <exception cref="NotSupportedException">The model uses an operator or an option that the converter does not know.</exception>
    public static IReadOnlyDictionary<int, string> AppendTo(
        GraphBuilder graph, TfliteModel model, IReadOnlyDictionary<int, string> inputs, TfliteConversion? conversion = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        var converter = new TfliteConverter(model, graph, conversion ?? TfliteConversion.AsIs);
        foreach (var (index, value) in inputs)
        {
            converter._values.Add(index, value);
        }

        foreach (var entry in model.Operators)
        {
            converter.Add(entry);
        }

        return model.Outputs.ToDictionary(index => index, index => converter._values[index]);
    }

    private void Add(TfliteOperator entry)
    {
        switch (entry.Code)
        {
            case TfliteOperatorCode.Dequantize:
                _dequantized.Add(entry.Outputs[0], Tensor(entry.Inputs[0]).ToSingles());
                break;
            case TfliteOperatorCode.Conv2D:
                AddConvolution(entry);
                break;
            case TfliteOperatorCode.DepthwiseConv2D:
                AddDepthwiseConvolution(entry);
                break;
            case TfliteOperatorCode.Add:
                AddSum(entry);
                break;
            case TfliteOperatorCode.Relu:
                Make(entry, output => _graph.Node("Relu", output, [Value(entry.Inputs[0])]));
                break;
            case TfliteOperatorCode.Relu6:
                Make(entry, output => _graph.Relu6(output, Value(entry.Inputs[0])));
                break;
            case TfliteOperatorCode.MaxPool2D:
                AddMaxPool(entry);
                break;
            case TfliteOperatorCode.Pad:
                AddPad(entry);
                break;
            case TfliteOperatorCode.ResizeBilinear:
                AddResize(entry);
                break;
            case TfliteOperatorCode.Reshape:
                AddReshape(entry);
                break;
            case TfliteOperatorCode.Concatenation:
                AddConcatenation(entry);
                break;
            default:
                throw new NotSupportedException($"The TensorFlow Lite operator {entry.Code} is not supported.");
        }
    }

    private void AddConvolution(TfliteOperator entry)
    {
        var kernel = Tensor(entry.Inputs[1]).Shape;
        var sliding = TfliteWindow.Of(_model, entry);
        Make(entry, sliding.Activation, output =>
        {
            var weights = AxisOrder.Permute(Constant(entry.Inputs[1]), kernel, [0, 3, 1, 2]);
            return _graph.Convolution(
                output,
                Value(entry.Inputs[0]),
                _graph.Constant(output + ".kernel", weights, kernel[0], kernel[3], kernel[1], kernel[2]),
                Bias(entry, output, kernel[0]),
                sliding.Window);
        });
    }

    private void AddDepthwiseConvolution(TfliteOperator entry)
    {
        var kernel = Tensor(entry.Inputs[1]).Shape;
        var sliding = TfliteWindow.Of(_model, entry);
        Make(entry, sliding.Activation, output =>
        {
            // 1HWC to C1HW: output channel c · multiplier + m has the same place in both formats.
            var weights = AxisOrder.Permute(Constant(entry.Inputs[1]), kernel, [3, 0, 1, 2]);
            return _graph.Convolution(
                output,
                Value(entry.Inputs[0]),
                _graph.Constant(output + ".kernel", weights, kernel[3], 1, kernel[1], kernel[2]),
                Bias(entry, output, kernel[3]),
                sliding.Window,
                Tensor(entry.Inputs[0]).Shape[3]);
        });
    }

    private void AddSum(TfliteOperator entry)
    {
        const int activation = 0; // AddOptions
        Make(entry, (TfliteActivation)entry.OptionSByte(activation), output =>
            _graph.Node("Add", output, [Operand(entry, 0, output), Operand(entry, 1, output)]));
    }

    // A summand may be a constant. Write it in the axis order of the value it is added to.
    private string Operand(TfliteOperator entry, int position, string output)
    {
        var index = entry.Inputs[position];
        if (_values.TryGetValue(index, out var value))
        {
            return value;
        }

        var shape = Tensor(index).Shape;
        var constant = Constant(index);
        var name = $"{output}.constant{position}";
        return (Tensor(entry.Outputs[0]).Shape.Count, shape.Count) switch
        {
            (4, 4) => _graph.Constant(name, AxisOrder.Permute(constant, shape, [0, 3, 1, 2]), shape[0], shape[3], shape[1], shape[2]),
            (4, 1) => _graph.Constant(name, constant, shape[0], 1, 1),
            (4, not 0) => throw new NotSupportedException($"'{Tensor(index).Name}': a summand of {shape.Count} axes is not supported."),
            _ => _graph.Constant(name, constant, [.. shape.Select(size => (long)size)]),
        };
    }

    private void AddMaxPool(TfliteOperator entry)
    {
        var sliding = TfliteWindow.Of(_model, entry);
        Make(entry, sliding.Activation, output => _graph.MaxPool(output, Value(entry.Inputs[0]), sliding.Window));
    }

    private void AddPad(TfliteOperator entry)
    {
        var pairs = Tensor(entry.Inputs[1]).ToInt32s();
        var axes = Tensor(entry.Inputs[0]).Shape.Count;
        var order = axes == 4 ? _toNchw : [.. Enumerable.Range(0, axes).Select(axis => (long)axis)];
        long[] pads = [.. order.Select(axis => (long)pairs[2 * axis]), .. order.Select(axis => (long)pairs[(2 * axis) + 1])];
        Make(entry, output => _graph.Node(
            "Pad", output, [Value(entry.Inputs[0]), _graph.IntegerConstant(output + ".pads", pads, pads.Length)]));
    }

    private void AddResize(TfliteOperator entry)
    {
        const int alignCorners = 2, halfPixelCenters = 3; // ResizeBilinearOptions
        var size = Tensor(entry.Inputs[1]).ToInt32s();
        var shape = Tensor(entry.Inputs[0]).Shape;
        var coordinates = (entry.OptionBoolean(alignCorners), entry.OptionBoolean(halfPixelCenters)) switch
        {
            (false, true) => "half_pixel",
            (true, false) => "align_corners",
            (false, false) => "asymmetric",
            (true, true) => throw new NotSupportedException("RESIZE_BILINEAR cannot both align corners and use half-pixel centers."),
        };
        Make(entry, output => _graph.Node(
            "Resize",
            output,
            [Value(entry.Inputs[0]), string.Empty, .. Target(output)],
            NodeAttribute.Text("mode", "linear"),
            NodeAttribute.Text("coordinate_transformation_mode", coordinates)));

        // ONNX Resize takes either a factor per axis, or an empty name for the factors and then a size.
        string[] Target(string output) => _conversion.AnySize
            ? [_graph.Constant(output + ".factors", [1f, 1f, (float)size[0] / shape[1], (float)size[1] / shape[2]], 4)]
            : [string.Empty, _graph.IntegerConstant(output + ".size", [shape[0], shape[3], size[0], size[1]], 4)];
    }

    private void AddReshape(TfliteOperator entry)
    {
        if (Tensor(entry.Outputs[0]).Shape.Count == 4)
        {
            throw new NotSupportedException("A reshape to four axes is not supported.");
        }

        var shape = Tensor(entry.Outputs[0]).Shape.Select(size => (long)size).ToArray();
        if (_conversion.AnySize)
        {
            if (shape.Length != 3)
            {
                throw new NotSupportedException("With AnySize, only a reshape to batch, cells and values is supported.");
            }

            shape[1] = -1;
        }

        Make(entry, output =>
        {
            var input = Value(entry.Inputs[0]);
            if (Tensor(entry.Inputs[0]).Shape.Count == 4)
            {
                input = _graph.Transpose(output + ".nhwc", input, _toNhwc);
            }

            return _graph.Reshape(output, input, shape);
        });
    }

    private void AddConcatenation(TfliteOperator entry)
    {
        const int axisField = 0, activation = 1; // ConcatenationOptions
        var axes = Tensor(entry.Outputs[0]).Shape.Count;
        var axis = entry.OptionInt32(axisField);
        if (axis < 0)
        {
            axis += axes;
        }

        if (axes == 4)
        {
            axis = Array.IndexOf(_toNchw, axis);
        }

        Make(entry, (TfliteActivation)entry.OptionSByte(activation), output =>
            _graph.Node("Concat", output, entry.Inputs.Select(Value), NodeAttribute.Int("axis", axis)));
    }

    private void Make(TfliteOperator entry, Func<string, string> add) => Make(entry, TfliteActivation.None, add);

    private void Make(TfliteOperator entry, TfliteActivation activation, Func<string, string> add)
    {
        var index = entry.Outputs[0];
        var name = Tensor(index).Name;
        _values[index] = activation switch
        {
            TfliteActivation.None => add(name),
            TfliteActivation.Relu => _graph.Node("Relu", name, [add(name + ".sum")]),
            TfliteActivation.Relu6 => _graph.Relu6(name, add(name + ".sum")),
            _ => throw new NotSupportedException($"'{name}': the fused activation {activation} is not supported."),
        };
    }

    private string Bias(TfliteOperator entry, string output, int channels)
    {
        var values = entry.Inputs.Count > 2 && entry.Inputs[2] >= 0 ? Constant(entry.Inputs[2]) : new float[channels];
        return _graph.Constant(output + ".bias", values, channels);
    }

    private TfliteTensor Tensor(int index) => _model.Tensors[index];

    private string Value(int index) => _values.TryGetValue(index, out var value)
        ? value
        : throw new NotSupportedException($"'{Tensor(index).Name}' is a constant where a computed value is expected.");

    private float[] Constant(int index)
    {
        if (_conversion.Constants.TryGetValue(index, out var replaced))
        {
            return replaced;
        }

        if (_dequantized.TryGetValue(index, out var values))
        {
            return values;
        }

        return Tensor(index).IsConstant
            ? Tensor(index).ToSingles()
            : throw new NotSupportedException($"'{Tensor(index).Name}' is a computed value where a constant is expected.");
    }

    private static Dimension[] Dimensions(TfliteTensor tensor) => [.. tensor.Shape.Select(size => Dimension.Fixed(size))];
}
