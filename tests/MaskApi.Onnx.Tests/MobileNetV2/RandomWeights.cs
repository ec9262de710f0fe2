using MaskApi.Onnx.MobileNetV2;

namespace MaskApi.Onnx.Tests.MobileNetV2;

/// <summary>Random weights that keep the spread of values from layer to layer, as in a trained network.</summary>
internal static class RandomWeights
{
    public static IReadOnlyList<ConvolutionNumbers> Backbone(int seed)
    {
        var random = new Random(seed);
        return [.. MobileNetV2Layer.All.Select(layer =>
        {
            var inputs = (layer.Depthwise ? 1 : layer.InputChannels) * layer.KernelSize * layer.KernelSize;
            return new ConvolutionNumbers(
                Normal(random, layer.KernelLength, Math.Sqrt(2.0 / inputs)), Normal(random, layer.OutputChannels, 0.3));
        })];
    }

    public static BinaryHead Mask(int seed, float temperature)
    {
        var random = new Random(seed);
        return BinaryHead.Mask(
            new DenseNumbers(Normal(random, 128 * CropClassifierGraph.FeatureCount, 0.02), Normal(random, 128, 0.1)),
            new DenseNumbers(Normal(random, 128, 0.1), Normal(random, 1, 0.1)),
            temperature);
    }

    public static byte[] Pixels(int seed, int count)
    {
        var pixels = new byte[count];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    private static float[] Normal(Random random, int count, double deviation)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
