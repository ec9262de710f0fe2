using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Tflite;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaskApi.Training.Detection;

/// <summary>The network's output for every cell of a picture.</summary>
/// <param name="Logits">float <c>[n, height / 4, width / 4]</c>: the score before the sigmoid.</param>
/// <param name="Regressions">
/// float <c>[n, 16, height / 4, width / 4]</c>, in input pixels: the box's center relative to the cell's center, width, height, then six
/// key points relative to the cell's center.
/// </param>
internal readonly record struct DetectorOutput(Tensor Logits, Tensor Regressions);

/// <summary>
/// MediaPipe's full-range BlazeFace as a trainable network, built operator by operator from the <c>.tflite</c> file. It is fully
/// convolutional and takes pictures of any size whose sides are multiples of 32.
/// </summary>
internal sealed class DetectorNetwork : nn.Module<Tensor, DetectorOutput>
{
    /// <summary>Pixels between neighboring cells.</summary>
    public const int Stride = 4;

    /// <summary>The sides of an input must be multiples of this.</summary>
    public const int SideMultiple = 32;

    /// <summary>Regressed values per cell.</summary>
    public const int Values = 16;

    private readonly TfliteModel _model;
    private readonly Device _device;
    private readonly List<Step> _steps = [];
    private readonly List<Weight> _weights = [];

    // Tensor index of a dequantized constant -> index of its half-precision source.
    private readonly Dictionary<int, int> _widened;
    private readonly int _scores;
    private readonly int _regressions;

    /// <summary>Reads the network and its weights.</summary>
    /// <param name="tflite">The bytes of <c>face_detection_full_range.tflite</c>.</param>
    /// <param name="device">Device of the weights. Do not move the module: that would replace the parameters that the steps refer
    /// to.</param>
    /// <exception cref="InvalidDataException">The bytes are not a TensorFlow Lite model.</exception>
    /// <exception cref="NotSupportedException">The model has an operator that the full-range detector does not have.</exception>
    public DetectorNetwork(byte[] tflite, Device device)
        : base(nameof(DetectorNetwork))
    {
        _device = device;
        _model = TfliteModel.Parse(tflite);
        var readers = _model.Operators.SelectMany(entry => entry.Inputs).CountBy(index => index).ToDictionary();
        _widened = _model.Operators.Where(entry => entry.Code == TfliteOperatorCode.Dequantize)
            .ToDictionary(entry => entry.Outputs[0], entry => entry.Inputs[0]);
        var (scores, regressions) = (-1, -1);
        foreach (var entry in _model.Operators)
        {
            switch (entry.Code)
            {
                case TfliteOperatorCode.Dequantize:
                    break;
                case TfliteOperatorCode.Conv2D or TfliteOperatorCode.DepthwiseConv2D or TfliteOperatorCode.MaxPool2D:
                    var sliding = TfliteWindow.Of(_model, entry);
                    if (sliding.Activation != TfliteActivation.None)
                    {
                        throw new NotSupportedException($"Training does not support the fused activation {sliding.Activation}.");
                    }

                    var step = new Step(entry) { Window = sliding.Window };
                    if (entry.Code != TfliteOperatorCode.MaxPool2D)
                    {
                        step.Kernel = AddWeight(entry.Inputs[1], entry.Code == TfliteOperatorCode.Conv2D ? [0, 3, 1, 2] : [3, 0, 1, 2]);
                        step.Bias = AddWeight(entry.Inputs[2], [0]);
                    }

                    _steps.Add(step);
                    break;
                case TfliteOperatorCode.Pad:
                    // Pairs of before and after for N, H, W, C. The detector only appends channels.
                    var pads = _model.Tensors[entry.Inputs[1]].ToInt32s();
                    if (pads.Take(7).Any(pad => pad != 0))
                    {
                        throw new NotSupportedException("Training only supports padding after the last channel.");
                    }

                    _steps.Add(new Step(entry) { Channels = pads[7] });
                    break;
                case TfliteOperatorCode.Relu or TfliteOperatorCode.Add or TfliteOperatorCode.ResizeBilinear:
                    _steps.Add(new Step(entry));
                    break;
                case TfliteOperatorCode.Reshape:
                    // The last step of both branches only flattens the grid.
                    if (_model.Tensors[entry.Inputs[0]].Shape[3] == 1)
                    {
                        scores = entry.Inputs[0];
                    }
                    else
                    {
                        regressions = entry.Inputs[0];
                    }

                    break;
                default:
                    throw new NotSupportedException($"Training does not support the operator {entry.Code}.");
            }
        }

        if (scores < 0 || regressions < 0 || _model.Tensors[regressions].Shape[3] != Values)
        {
            throw new NotSupportedException("This is not the full-range face detector.");
        }

        (_scores, _regressions) = (scores, regressions);
        PlanMemory(readers);
        RegisterComponents();
    }

    /// <summary>All weights, in the file's order.</summary>
    public IReadOnlyList<Parameter> Parameters => [.. _weights.Select(weight => weight.Parameter)];

    /// <summary>Runs the network.</summary>
    /// <param name="input">float <c>[n, 3, height, width]</c>, RGB, −1–1, sides multiples of 32. Channels last in memory is faster.</param>
    public override DetectorOutput forward(Tensor input)
    {
        var values = new Dictionary<int, Tensor> { [_model.Inputs[0]] = input.alias() };
        foreach (var step in _steps)
        {
            var first = values[step.Inputs[0]];
            values[step.Output] = step.Code switch
            {
                TfliteOperatorCode.Conv2D or TfliteOperatorCode.DepthwiseConv2D => Convolve(first, step),
                TfliteOperatorCode.MaxPool2D => nn.functional.max_pool2d(
                    first, [step.Window.KernelHeight, step.Window.KernelWidth], [step.Window.StrideHeight, step.Window.StrideWidth]),
                TfliteOperatorCode.Relu => step.InPlace ? nn.functional.relu(first, inplace: true).alias() : nn.functional.relu(first),
                TfliteOperatorCode.Add => first + values[step.Inputs[1]],
                TfliteOperatorCode.Pad => nn.functional.pad(first, [0, 0, 0, 0, 0, step.Channels]),
                _ => nn.functional.interpolate(first, scale_factor: [2.0, 2.0], mode: InterpolationMode.Bilinear, align_corners: false),
            };
            foreach (var spent in step.Spent)
            {
                values.Remove(spent, out var tensor);
                tensor!.Dispose();
            }
        }

        using var scores = values[_scores];
        return new DetectorOutput(scores.squeeze(1), values[_regressions]);
    }

    /// <summary>Interpolates the weights toward another network's.</summary>
    /// <param name="other">A network from the same file, on the same device.</param>
    /// <param name="share">Weight of the other network, 0–1.</param>
    public void Mix(DetectorNetwork other, double share)
    {
        using var frozen = no_grad();
        foreach (var (weight, toward) in _weights.Zip(other._weights))
        {
            weight.Parameter.lerp_(toward.Parameter, share);
        }
    }

    /// <summary>Loads weights.</summary>
    /// <param name="weights">All weights, in the form of <see cref="Export"/>.</param>
    public void Load(IReadOnlyDictionary<int, float[]> weights)
    {
        using var frozen = no_grad();
        foreach (var weight in _weights)
        {
            var shape = _model.Tensors[_widened.GetValueOrDefault(weight.Tensor, weight.Tensor)].Shape;
            var permuted = AxisOrder.Permute(weights[weight.Tensor], shape, weight.Order);
            using var values = tensor(permuted, weight.Parameter.shape, device: _device);
            weight.Parameter.copy_(values);
        }
    }

    /// <summary>The weights as the file holds them: by tensor index, in the file's axis order.</summary>
    public IReadOnlyDictionary<int, float[]> Export()
    {
        using var scope = NewDisposeScope();
        return _weights.ToDictionary(weight => weight.Tensor, weight =>
        {
            // Invert the permutation from the file's axes to torch's.
            var back = Enumerable.Range(0, weight.Order.Length).Select(axis => (long)Array.IndexOf(weight.Order, axis)).ToArray();
            return weight.Parameter.detach().cpu().permute(back).contiguous().data<float>().ToArray();
        });
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var weight in _weights)
            {
                weight.Parameter.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private static Tensor Convolve(Tensor input, Step step)
    {
        var window = step.Window;
        var groups = step.Code == TfliteOperatorCode.DepthwiseConv2D ? input.shape[1] : 1;
        long[] strides = [window.StrideHeight, window.StrideWidth];
        if (window.Top == window.Bottom && window.Left == window.Right)
        {
            return nn.functional.conv2d(
                input, step.Kernel!.Parameter, step.Bias!.Parameter, strides, [window.Top, window.Left], null, groups);
        }

        // SAME padding with stride 2 adds more at the end than at the start. torch's own padding is symmetric.
        using var padded = nn.functional.pad(input, [window.Left, window.Right, window.Top, window.Bottom]);
        return nn.functional.conv2d(padded, step.Kernel!.Parameter, step.Bias!.Parameter, strides, null, null, groups);
    }

    private Weight AddWeight(int index, int[] order)
    {
        var tensor = _model.Tensors[_widened.GetValueOrDefault(index, index)];
        var shape = order.Select(axis => (long)tensor.Shape[axis]).ToArray();
        using var values = torch.tensor(AxisOrder.Permute(tensor.ToSingles(), tensor.Shape, order), shape, device: _device);
        var weight = new Weight(index, new Parameter(values), order);
        _weights.Add(weight);
        register_parameter($"t{index}", weight.Parameter);
        return weight;
    }

    // Free each value after its last reader (autograd keeps what it needs). Run a ReLU in place if nothing else reads its input: neither a
    // convolution nor a sum needs its own result for the gradient.
    private void PlanMemory(Dictionary<int, int> readers)
    {
        var last = new Dictionary<int, Step>();
        foreach (var step in _steps)
        {
            foreach (var input in step.Inputs)
            {
                last[input] = step;
            }
        }

        foreach (var (index, step) in last)
        {
            if (index != _scores && index != _regressions)
            {
                step.Spent.Add(index);
            }
        }

        foreach (var step in _steps.Where(step => step.Code == TfliteOperatorCode.Relu))
        {
            step.InPlace = readers[step.Inputs[0]] == 1;
        }
    }

    private sealed record Weight(int Tensor, Parameter Parameter, int[] Order);

    private sealed class Step(TfliteOperator entry)
    {
        public TfliteOperatorCode Code { get; } = entry.Code;

        // The first input is followed by kernel, bias, pads or size. Only a sum computes with two values.
        public int[] Inputs { get; } = [.. entry.Inputs.Take(entry.Code == TfliteOperatorCode.Add ? 2 : 1)];

        public int Output { get; } = entry.Outputs[0];

        public Window Window { get; init; }

        public int Channels { get; init; }

        public Weight? Kernel { get; set; }

        public Weight? Bias { get; set; }

        public bool InPlace { get; set; }

        public List<int> Spent { get; } = [];
    }
}
