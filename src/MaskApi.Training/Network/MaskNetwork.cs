using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaskApi.Training.Network;

/// <summary>
/// The mask classifier: MobileNetV2, global average pooling, <c>Dense(128, ReLU)</c>, dropout, and a dense layer with the logits of its
/// <see cref="VerdictHead"/>. Except for the softmax head, a first logit above 0 means a mask.
/// </summary>
public sealed class MaskNetwork : nn.Module<Tensor, Tensor>
{
    /// <summary>Width of the hidden layer.</summary>
    public const int HiddenUnits = 128;

    private readonly MobileNetV2 _backbone;
    private readonly Linear _hidden;
    private readonly Dropout _dropout;
    private readonly Linear _output;

    /// <summary>Builds the network from the given backbone, with a head drawn from torch's random generator.</summary>
    /// <param name="backbone">Weights of the backbone.</param>
    /// <param name="dropout">Dropout rate of the hidden units, 0–1.</param>
    /// <param name="head">The outputs of the last layer.</param>
    public MaskNetwork(BackboneWeights backbone, double dropout = 0.5, VerdictHead head = VerdictHead.Mask)
        : base(nameof(MaskNetwork))
    {
        _backbone = new MobileNetV2(backbone);
        _hidden = nn.Linear(MobileNetV2.FeatureChannels, HiddenUnits);
        _dropout = nn.Dropout(dropout);
        _output = nn.Linear(HiddenUnits, head.LogitCount());
        Head = head;
        RegisterComponents();
        foreach (var layer in (Linear[])[_hidden, _output])
        {
            // Keras's defaults for Dense.
            nn.init.xavier_uniform_(layer.weight!);
            nn.init.zeros_(layer.bias!);
        }
    }

    /// <summary>The outputs of the last layer.</summary>
    public VerdictHead Head { get; }

    /// <summary>The feature extractor.</summary>
    public MobileNetV2 Backbone => _backbone;

    /// <summary>Parameters of the two dense layers.</summary>
    public IEnumerable<Parameter> HeadParameters => _hidden.parameters().Concat(_output.parameters());

    /// <summary>Computes the logits of a batch.</summary>
    /// <param name="input">float <c>[n, 3, side, side]</c>, RGB, −1…1.</param>
    /// <returns>float <c>[n, logits]</c>.</returns>
    public override Tensor forward(Tensor input) => ForwardFrom(input, 0);

    /// <summary>Computes logits, starting in the middle of the backbone.</summary>
    /// <param name="input">The input of block <paramref name="firstBlock"/>.</param>
    /// <param name="firstBlock">The first block to run; <see cref="MobileNetV2.BlockCount"/> pools and classifies finished
    /// features.</param>
    public Tensor ForwardFrom(Tensor input, int firstBlock)
    {
        using var scope = NewDisposeScope();
        return Classify(Pool(_backbone.RunBlocks(input, firstBlock, _backbone.BlockCount))).MoveToOuterDisposeScope();
    }

    /// <summary>Global average pooling.</summary>
    /// <param name="features">float <c>[n, c, h, w]</c>.</param>
    /// <returns>float <c>[n, c]</c>.</returns>
    public static Tensor Pool(Tensor features) => features.mean([2, 3]);

    /// <summary>Runs only the head.</summary>
    /// <param name="pooled">Float32 <c>[n, 1280]</c>.</param>
    /// <returns>Float32 <c>[n, logits]</c>.</returns>
    public Tensor Classify(Tensor pooled)
    {
        using var scope = NewDisposeScope();
        var hidden = _dropout.forward(nn.functional.relu(_hidden.forward(pooled)));
        return _output.forward(hidden).MoveToOuterDisposeScope();
    }

    /// <summary>Makes only the head and the blocks from <paramref name="firstBlock"/> on trainable.</summary>
    /// <param name="firstBlock">First trainable block; <see cref="MobileNetV2.BlockCount"/> freezes the whole backbone.</param>
    /// <returns>The trainable parameters.</returns>
    public IReadOnlyList<Parameter> Unfreeze(int firstBlock)
    {
        foreach (var parameter in parameters())
        {
            parameter.requires_grad = false;
        }

        Parameter[] trainable = [.. HeadParameters, .. _backbone.ParametersFrom(firstBlock)];
        foreach (var parameter in trainable)
        {
            parameter.requires_grad = true;
        }

        return trainable;
    }

    /// <summary>The head's current weights: <c>[128, 1280]</c> and <c>[logits, 128]</c>, row by row, with their biases.</summary>
    public (DenseWeights Hidden, DenseWeights Output) HeadWeights() => (DenseWeights.Of(_hidden), DenseWeights.Of(_output));

    /// <summary>Converts RGB bytes to the network's input, as the exported graph does.</summary>
    /// <param name="rgb">uint8 <c>[n, h, w, 3]</c>.</param>
    /// <returns>float <c>[n, 3, h, w]</c>, −1…1, channels last in memory (about twice as fast here as channels first).</returns>
    public static Tensor Preprocess(Tensor rgb)
    {
        using var scope = NewDisposeScope();
        return rgb.to(ScalarType.Float32).div_(127.5f).sub_(1f).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}

/// <summary>A dense layer's weights.</summary>
/// <param name="Weight"><c>[out, in]</c>.</param>
/// <param name="Bias"><c>[out]</c>.</param>
public sealed record DenseWeights(float[] Weight, float[] Bias)
{
    internal static DenseWeights Of(Linear layer)
    {
        using var scope = NewDisposeScope();
        return new DenseWeights(
            layer.weight!.detach().cpu().contiguous().data<float>().ToArray(),
            layer.bias!.detach().cpu().contiguous().data<float>().ToArray());
    }
}
