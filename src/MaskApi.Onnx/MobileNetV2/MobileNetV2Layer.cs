namespace MaskApi.Onnx.MobileNetV2;

/// <summary>A convolution of MobileNetV2, with batch normalization folded into weights and bias.</summary>
/// <param name="Block"><c>stem</c>, <c>0</c> to <c>16</c>, or <c>last</c>.</param>
/// <param name="Role"><c>conv</c>, <c>expand</c>, <c>depthwise</c> or <c>project</c>.</param>
/// <param name="InputChannels">Channels it reads.</param>
/// <param name="OutputChannels">Channels it outputs.</param>
/// <param name="KernelSize">1 or 3.</param>
/// <param name="Stride">1 or 2.</param>
/// <param name="Depthwise">Whether each channel has its own filter.</param>
/// <param name="Relu6">Whether ReLU6 follows.</param>
/// <param name="AddsBlockInput">Whether the block's input is added to its output.</param>
public sealed record MobileNetV2Layer(
    string Block,
    string Role,
    int InputChannels,
    int OutputChannels,
    int KernelSize,
    int Stride,
    bool Depthwise,
    bool Relu6,
    bool AddsBlockInput)
{
    /// <summary>Number of weights in its kernel: <c>[out, in, k, k]</c>, or <c>[out, 1, k, k]</c> if depthwise.</summary>
    public int KernelLength => OutputChannels * (Depthwise ? 1 : InputChannels) * KernelSize * KernelSize;

    /// <summary>
    /// The 52 convolutions of MobileNetV2 1.0 in order, without the classification layer. Source: table 2 of Sandler et al.,
    /// <a href="https://arxiv.org/abs/1801.04381">MobileNetV2: Inverted Residuals and Linear Bottlenecks</a>, 2018.
    /// </summary>
    public static IReadOnlyList<MobileNetV2Layer> All { get; } = Layout();

    private static MobileNetV2Layer[] Layout()
    {
        const int stem = 32, last = 1280;
        ReadOnlySpan<(int Expansion, int Channels, int Repeats, int Stride)> stages =
        [
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
        ];
        var layers = new List<MobileNetV2Layer> { new("stem", "conv", 3, stem, 3, 2, false, true, false) };
        var (channels, block) = (stem, 0);
        foreach (var stage in stages)
        {
            for (var repeat = 0; repeat < stage.Repeats; repeat++, block++)
            {
                var (name, inner, stride) = ($"{block}", channels * stage.Expansion, repeat == 0 ? stage.Stride : 1);
                if (stage.Expansion > 1)
                {
                    layers.Add(new(name, "expand", channels, inner, 1, 1, false, true, false));
                }

                layers.Add(new(name, "depthwise", inner, inner, 3, stride, true, true, false));
                var adds = stride == 1 && channels == stage.Channels;
                layers.Add(new(name, "project", inner, stage.Channels, 1, 1, false, false, adds));
                channels = stage.Channels;
            }
        }

        layers.Add(new("last", "conv", channels, last, 1, 1, false, true, false));
        return [.. layers];
    }
}
