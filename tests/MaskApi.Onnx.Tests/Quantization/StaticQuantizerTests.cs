using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.MobileNetV2;
using MaskApi.Onnx.Quantization;
using MaskApi.Onnx.Tests.MobileNetV2;
using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Onnx.Tests.Quantization;

public sealed class StaticQuantizerTests
{
    private const int Side = 64;

    private static readonly byte[] _float = CropClassifierGraph.Build(
        "mask_classifier", 96, RandomWeights.Backbone(seed: 1), [RandomWeights.Mask(seed: 2, temperature: 1)], [new("version", "7")]);

    private static readonly Lazy<byte[]> _quantized = new(() => StaticQuantizer.Quantize(_float, Calibrate(_float), [new("note", "new")]));

    // One of everything that MobileNetV2 has: a stem, a depthwise convolution, bottlenecks, a residual sum.
    [Fact]
    public void A_quantized_network_answers_nearly_as_the_float_one()
    {
        var model = SmallNetwork(seed: 1);
        var calibration = new Calibration(model);
        using var session = new InferenceSession(calibration.ObservedModel);
        for (var seed = 0; seed < 8; seed++)
        {
            Observe(calibration, session, "x", OrtValue.CreateTensorValueFromMemory(Waves(seed), [1, 3, Side, Side]));
        }

        var quantized = StaticQuantizer.Quantize(model, calibration, []);

        var (signal, error) = (0.0, 0.0);
        for (var seed = 100; seed < 104; seed++)
        {
            var before = OnnxRunner.Run(model, ("x", Waves(seed), [1, 3, Side, Side]))["y"];
            var after = OnnxRunner.Run(quantized, ("x", Waves(seed), [1, 3, Side, Side]))["y"];
            var mean = before.Average();
            signal += before.Sum(value => Math.Pow(value - mean, 2));
            error += before.Zip(after).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
        }

        Assert.True(error < 1e-3 * signal, $"the error is {Math.Sqrt(error / signal):P1} of the signal");
    }

    [Fact]
    public void Every_convolution_computes_on_bytes()
    {
        var graph = ModelFile.Parse(_quantized.Value).Graph;
        var makers = graph.Node.SelectMany(node => node.Output.Select(output => (output, node)))
            .ToDictionary(pair => pair.output, pair => pair.node, StringComparer.Ordinal);
        var readers = graph.Node.SelectMany(node => node.Input.Select(input => (input, node)))
            .ToLookup(pair => pair.input, pair => pair.node, StringComparer.Ordinal);

        var convolutions = graph.Node.Where(node => node.OpType == "Conv").ToArray();

        // 52, and one less because the first bottleneck is merged away.
        Assert.Equal(51, convolutions.Length);
        Assert.All(convolutions, node =>
        {
            Assert.All(node.Input, input => Assert.Equal("DequantizeLinear", makers[input].OpType));
            Assert.Equal("QuantizeLinear", Assert.Single(readers[node.Output[0]]).OpType);
        });
        Assert.DoesNotContain(graph.Node, node => node.OpType == "Clip");
        Assert.All(graph.Node.Where(node => node.OpType == "Gemm"), node => Assert.DoesNotContain(node.Input[1], makers.Keys));
    }

    // vpmaddubsw multiplies unsigned activations with signed weights and adds two neighbors in 16 bits, saturating.
    [Fact]
    public void No_two_weights_can_saturate_the_sixteen_bit_sum_of_processors_without_vnni()
    {
        var graph = ModelFile.Parse(_quantized.Value).Graph;
        var weights = graph.Initializer.Where(tensor => tensor.DataType == (int)ElementType.Int8 && tensor.Dims.Count == 4).ToArray();

        Assert.Equal(51, weights.Length);
        Assert.All(weights, tensor =>
        {
            var perChannel = tensor.RawData.Length / (int)tensor.Dims[0];
            foreach (var channel in MemoryMarshal.Cast<byte, sbyte>(tensor.RawData.Span).ToArray().Chunk(perChannel))
            {
                var highest = channel.OrderDescending().Take(2).Where(weight => weight > 0).Sum(weight => weight);
                var lowest = channel.Order().Take(2).Where(weight => weight < 0).Sum(weight => weight);
                Assert.InRange(byte.MaxValue * highest, 0, short.MaxValue);
                Assert.InRange(byte.MaxValue * lowest, short.MinValue, 0);
            }
        });
    }

    [Fact]
    public void Metadata_is_kept_and_names_the_float_model()
    {
        using var session = new InferenceSession(_quantized.Value);

        var metadata = session.ModelMetadata.CustomMetadataMap;

        Assert.Equal("mask_classifier", metadata[ModelMetadata.Name]);
        Assert.Equal("7", metadata["version"]);
        Assert.Equal("new", metadata["note"]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(_float)), metadata[ModelMetadata.SourceSha256]);
    }

    // A channel whose weights are all zero and whose bias is 2.5 has no weight scale of its own; with one of 0, or a tiny one,
    // bias / (input scale · weight scale) would not fit 32 bits.
    [Fact]
    public void A_bias_without_weights_survives()
    {
        var graph = new GraphBuilder("dead");
        var input = graph.Input("x", ElementType.Float32, 1, 1, 2, 2);
        var kernel = graph.Constant("k", [0f, 1e-12f, 0.5f], 3, 1, 1, 1);
        var bias = graph.Constant("b", [2.5f, -1.5f, 0f], 3);
        graph.Output(graph.Convolution("y", input, kernel, bias, Window.Square(1, 1)), ElementType.Float32, 1, 3, 2, 2);
        var model = graph.Build([]);
        float[] values = [0.25f, 0.5f, 0.75f, 1f];
        var calibration = new Calibration(model);
        using (var session = new InferenceSession(calibration.ObservedModel))
        {
            Observe(calibration, session, "x", OrtValue.CreateTensorValueFromMemory(values, [1, 1, 2, 2]));
        }

        var outputs = OnnxRunner.Run(StaticQuantizer.Quantize(model, calibration, []), ("x", values, [1, 1, 2, 2]));

        var step = (2.5f + 1.5f) / 255;
        float[] expected = [2.5f, 2.5f, 2.5f, 2.5f, -1.5f, -1.5f, -1.5f, -1.5f, 0.125f, 0.25f, 0.375f, 0.5f];
        Assert.All(expected.Zip(outputs["y"]), pair => Assert.Equal(pair.First, pair.Second, step));
    }

    [Fact]
    public void A_value_that_was_not_observed_is_named()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => StaticQuantizer.Quantize(_float, new Calibration(_float), []));

        Assert.Contains("has not been observed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_model_are_refused() =>
        Assert.Throws<InvalidDataException>(() => new Calibration([1, 2, 3]));

    private static Calibration Calibrate(byte[] model)
    {
        var calibration = new Calibration(model);
        using var session = new InferenceSession(calibration.ObservedModel);
        for (var seed = 0; seed < 6; seed++)
        {
            Observe(calibration, session, "crops", OrtValue.CreateTensorValueFromMemory(Picture(seed), [1, Side, Side, 3]));
        }

        return calibration;
    }

    private static void Observe(Calibration calibration, InferenceSession session, string name, OrtValue input)
    {
        using var owned = input;
        using var runOptions = new RunOptions();
        var names = calibration.Values.ToArray();
        using var outputs = session.Run(runOptions, [name], [owned], names);
        foreach (var (value, tensor) in names.Zip(outputs))
        {
            calibration.Observe(value, tensor.GetTensorDataAsSpan<float>(), tensor.GetTensorTypeAndShape().Shape);
        }
    }

    // Smooth pictures with light and dark stripes: closer to photographs than noise, and different from one another.
    private static byte[] Picture(int seed)
    {
        var random = new Random(seed);
        var (across, down, phase) = (random.NextDouble() * 0.3, random.NextDouble() * 0.3, random.NextDouble() * 6);
        var strength = 30 + (random.NextDouble() * 90);
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (pixel, channel) = Math.DivRem(i, 3);
            var (y, x) = Math.DivRem(pixel, Side);
            pixels[i] = (byte)(128 + (strength * Math.Sin((across * x) + (down * y) + phase + (channel * strength))));
        }

        return pixels;
    }

    private static float[] Waves(int seed) => [.. Picture(seed).Select(value => (value / 127.5f) - 1)];

    private static byte[] SmallNetwork(int seed)
    {
        var random = new Random(seed);
        var graph = new GraphBuilder("small");
        string Add(string name, string input, int from, int to, Window window, int groups = 1)
        {
            var count = to * (from / groups) * window.KernelHeight * window.KernelWidth;
            var spread = Math.Sqrt(6.0 * to / count);
            float[] Draw(int length, double width) =>
                [.. Enumerable.Range(0, length).Select(_ => (float)(width * ((2 * random.NextDouble()) - 1)))];
            return graph.Convolution(
                name,
                input,
                graph.Constant(name + ".weight", Draw(count, spread), to, from / groups, window.KernelHeight, window.KernelWidth),
                graph.Constant(name + ".bias", Draw(to, 0.5), to),
                window,
                groups);
        }

        var pointwise = Window.Square(1, 1);
        var input = graph.Input("x", ElementType.Float32, 1, 3, Side, Side);
        var stem = graph.Relu6("stem", Add("stem.sum", input, 3, 16, Window.Square(3, 2).PaddedSame(Side, Side)));
        var depthwise = graph.Relu6("dw", Add("dw.sum", stem, 16, 16, Window.Square(3, 1).PaddedSame(Side / 2, Side / 2), 16));
        var bottleneck = Add("project", depthwise, 16, 8, pointwise);
        var expanded = graph.Relu6("expand", Add("expand.sum", bottleneck, 8, 32, pointwise));
        var sum = graph.Node("Add", "sum", [bottleneck, Add("project2", expanded, 32, 8, pointwise)]);
        graph.Output(Add("y", sum, 8, 4, pointwise), ElementType.Float32, 1, 4, Side / 2, Side / 2);
        return graph.Build([]);
    }
}
