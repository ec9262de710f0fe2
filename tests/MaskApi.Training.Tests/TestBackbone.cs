using MaskApi.Onnx.MobileNetV2;
using MaskApi.Training.Data;
using MaskApi.Training.Network;

namespace MaskApi.Training.Tests;

/// <summary>A MobileNetV2 with random weights of a realistic scale, so that most tests need no download.</summary>
internal static class TestBackbone
{
    public static BackboneWeights Random()
    {
        var random = new SeededRandom(1);
        ConvolutionWeights Draw(MobileNetV2Layer layer)
        {
            var perGroup = layer.Depthwise ? 1 : layer.InputChannels;
            var kernel = new float[layer.KernelLength];
            // He initialization keeps the signal's scale through ReLU.
            for (var i = 0; i < kernel.Length; i++)
            {
                kernel[i] = (float)random.Normal(Math.Sqrt(2.0 / (perGroup * layer.KernelSize * layer.KernelSize)));
            }

            var kind = layer.Role switch
            {
                "depthwise" => ConvolutionKind.Depthwise,
                "expand" => ConvolutionKind.Expand,
                "project" => ConvolutionKind.Project,
                _ => ConvolutionKind.Plain,
            };
            return new ConvolutionWeights(
                kind,
                kernel,
                [layer.OutputChannels, perGroup, layer.KernelSize, layer.KernelSize],
                new float[layer.OutputChannels],
                layer.Stride,
                layer.Relu6);
        }

        return new BackboneWeights(
            [
                .. MobileNetV2Layer.All
                    .GroupBy(l => l.Block)
                    .Select(g => new BlockWeights(g.Key, [.. g.Select(Draw)], g.Any(l => l.AddsBlockInput))),
            ]);
    }
}
