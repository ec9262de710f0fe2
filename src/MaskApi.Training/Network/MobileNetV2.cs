using MaskApi.Onnx.Graphs;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaskApi.Training.Network;

/// <summary>
/// MobileNetV2 1.0 without its classification layer, as Keras and TensorFlow build it: ReLU6, TensorFlow's <c>SAME</c> padding, batch norm
/// folded into the convolutions. Float32 <c>[n, 3, h, w]</c> in −1…1 to <c>[n, 1280, h/32, w/32]</c>.
/// </summary>
public sealed class MobileNetV2 : nn.Module<Tensor, Tensor>
{
    /// <summary>Channels of the features.</summary>
    public const int FeatureChannels = 1280;

    private readonly ModuleList<Block> _blocks;

    /// <summary>Builds the network with the given weights.</summary>
    /// <param name="weights">The convolutions in order.</param>
    public MobileNetV2(BackboneWeights weights)
        : base(nameof(MobileNetV2))
    {
        ArgumentNullException.ThrowIfNull(weights);
        _blocks = new ModuleList<Block>([.. weights.Blocks.Select(b => new Block(b))]);
        register_module("blocks", _blocks);
    }

    /// <summary>Number of blocks: the stem, 17 inverted residual blocks, the last convolution.</summary>
    public int BlockCount => _blocks.Count;

    /// <summary>Index of the block called <paramref name="name"/> in <c>layers.json</c>.</summary>
    /// <param name="name"><c>stem</c>, <c>0</c> to <c>16</c>, or <c>last</c>.</param>
    /// <exception cref="ArgumentException">There is no such block.</exception>
    public int IndexOf(string name)
    {
        for (var i = 0; i < _blocks.Count; i++)
        {
            if (_blocks[i].Name == name)
            {
                return i;
            }
        }

        throw new ArgumentException($"The backbone has no block '{name}'.", nameof(name));
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => RunBlocks(input, 0, _blocks.Count);

    /// <summary>Runs some of the blocks.</summary>
    /// <param name="input">The input of the first of them.</param>
    /// <param name="first">First block to run.</param>
    /// <param name="end">One past the last block to run.</param>
    public Tensor RunBlocks(Tensor input, int first, int end)
    {
        using var scope = NewDisposeScope();
        var x = input.alias();
        for (var i = first; i < end; i++)
        {
            x = _blocks[i].forward(x);
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Parameters of the blocks from <paramref name="first"/> on.</summary>
    /// <param name="first">The first block to include.</param>
    public IEnumerable<Parameter> ParametersFrom(int first) => _blocks.Skip(first).SelectMany(b => b.parameters());

    /// <summary>The current weights, in the order and layout of <see cref="BackboneWeights"/>.</summary>
    public BackboneWeights ToWeights() => new([.. _blocks.Select(b => b.ToWeights())]);

    /// <summary>One block.</summary>
    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly ModuleList<Convolution> _convolutions;
        private readonly bool _residual;

        public Block(BlockWeights weights)
            : base(nameof(Block))
        {
            Name = weights.Name;
            _residual = weights.Residual;
            _convolutions = new ModuleList<Convolution>([.. weights.Convolutions.Select(c => new Convolution(c))]);
            register_module("convolutions", _convolutions);
        }

        public string Name { get; }

        public override Tensor forward(Tensor input)
        {
            var x = input;
            foreach (var convolution in _convolutions)
            {
                x = convolution.forward(x);
            }

            return _residual ? x.add(input) : x;
        }

        public BlockWeights ToWeights() => new(Name, [.. _convolutions.Select(c => c.ToWeights())], _residual);
    }

    /// <summary>A convolution with TensorFlow's padding and optional ReLU6.</summary>
    private sealed class Convolution : nn.Module<Tensor, Tensor>
    {
        private readonly ConvolutionKind _kind;
        private readonly Parameter _weight;
        private readonly Parameter _bias;
        private readonly int _kernel;
        private readonly int _stride;
        private readonly long _groups;
        private readonly bool _relu6;

        public Convolution(ConvolutionWeights weights)
            : base(nameof(Convolution))
        {
            (_kind, _stride, _relu6) = (weights.Kind, weights.Stride, weights.Relu6);
            _kernel = (int)weights.WeightShape[2];
            _groups = weights.Kind == ConvolutionKind.Depthwise ? weights.WeightShape[0] : 1;
            _weight = nn.Parameter(tensor(weights.Weight, weights.WeightShape));
            _bias = nn.Parameter(tensor(weights.Bias));
            register_parameter("weight", _weight);
            register_parameter("bias", _bias);
        }

        public override Tensor forward(Tensor input)
        {
            var (top, bottom) = SamePadding.For((int)input.size(2), _kernel, _stride);
            var (left, right) = SamePadding.For((int)input.size(3), _kernel, _stride);
            var even = top == bottom && left == right;
            var padded = even ? input : nn.functional.pad(input, [left, right, top, bottom]);
            long[] padding = even ? [top, left] : [0, 0];
            var result = nn.functional.conv2d(padded, _weight, _bias, [_stride, _stride], padding, [1, 1], _groups);
            return _relu6 ? nn.functional.relu6(result, inplace: true) : result;
        }

        public ConvolutionWeights ToWeights() => new(
            _kind, _weight.detach().cpu().contiguous().data<float>().ToArray(), _weight.shape, _bias.detach().cpu().data<float>().ToArray(),
            _stride, _relu6);
    }
}
