using System.Runtime.InteropServices;
using MaskApi.Onnx.BlazeFace;
using MaskApi.Training.Detection;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace MaskApi.Training.Tests.Detection;

[Collection(TorchSerial.Name)]
public sealed class DetectorNetworkTests
{
    [Fact]
    public void It_matches_TensorFlow_Lite()
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        using var network = new DetectorNetwork(DetectorFile.FullRange, CPU);
        var input = tensor(DetectorFile.Reference("input"), [1, 192, 192, 3]).permute(0, 3, 1, 2);

        var (logits, regressions) = network.forward(input);

        AssertClose(DetectorFile.Reference("score"), logits, 1e-3f);
        AssertClose(DetectorFile.Reference("box"), regressions.permute(0, 2, 3, 1), 1e-2f);
    }

    private static readonly IEqualityComparer<KeyValuePair<int, float[]>> _sameWeights =
        EqualityComparer<KeyValuePair<int, float[]>>.Create((a, b) => a.Key == b.Key && a.Value.AsSpan().SequenceEqual(b.Value));

    [Fact]
    public void Untrained_weights_export_to_the_original_file()
    {
        using var network = new DetectorNetwork(DetectorFile.FullRange, CPU);
        var none = new Dictionary<string, string>();

        var exported = BlazeFaceConverter.ConvertAnySize(DetectorFile.FullRange, network.Export(), none);

        Assert.Equal(BlazeFaceConverter.ConvertAnySize(DetectorFile.FullRange, new Dictionary<int, float[]>(), none), exported);
    }

    [Fact]
    public void Weights_can_be_read_from_the_exported_model()
    {
        using var frozen = no_grad();
        using var tuned = new DetectorNetwork(DetectorFile.FullRange, CPU);
        foreach (var parameter in tuned.Parameters)
        {
            parameter.add_(rand_like(parameter));
        }

        var model = BlazeFaceConverter.ConvertAnySize(DetectorFile.FullRange, tuned.Export(), new Dictionary<string, string>());
        using var other = new DetectorNetwork(DetectorFile.FullRange, CPU);

        var weights = BlazeFaceWeights.Read(DetectorFile.FullRange, model);
        other.Load(weights);

        Assert.Equal(tuned.Export().OrderBy(weight => weight.Key), weights.OrderBy(weight => weight.Key), _sameWeights);
        Assert.Equal(tuned.Export().OrderBy(weight => weight.Key), other.Export().OrderBy(weight => weight.Key), _sameWeights);
    }

    [Fact]
    public void A_mean_lies_between_two_networks()
    {
        using var frozen = no_grad();
        using var tuned = new DetectorNetwork(DetectorFile.FullRange, CPU);
        using var original = new DetectorNetwork(DetectorFile.FullRange, CPU);
        foreach (var parameter in tuned.Parameters)
        {
            parameter.add_(4);
        }

        tuned.Mix(original, 0.25);

        foreach (var (mean, before) in tuned.Parameters.Zip(original.Parameters))
        {
            Assert.True((mean - before - 3).abs().max().item<float>() < 1e-4f);
        }
    }

    [Fact]
    public void The_exported_model_matches_the_network_for_any_shape()
    {
        const int height = 64, width = 160;
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        using var network = new DetectorNetwork(DetectorFile.FullRange, CPU);
        foreach (var parameter in network.Parameters)
        {
            parameter.mul_(1.01f);
        }

        var pixels = new byte[height * width * 3];
        new Random(1).NextBytes(pixels);
        var model = BlazeFaceConverter.ConvertAnySize(DetectorFile.FullRange, network.Export(), new Dictionary<string, string>());
        using var session = new InferenceSession(model);
        using var image = OrtValue.CreateTensorValueFromMemory(pixels, [1, height, width, 3]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["image"], [image], ["scores"]);

        var input = tensor(pixels, [1, height, width, 3], ScalarType.Byte).permute(0, 3, 1, 2).to_type(ScalarType.Float32) / 127.5 - 1;
        var (logits, _) = network.forward(input);

        AssertClose(outputs[0].GetTensorDataAsSpan<float>().ToArray(), logits.sigmoid(), 1e-4f);
    }

    private static void AssertClose(float[] expected, Tensor actual, float tolerance)
    {
        var values = actual.contiguous().data<float>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(MathF.Abs(expected[i] - values[i]) <= tolerance, $"element {i}: expected {expected[i]}, was {values[i]}");
        }
    }
}

/// <summary>MediaPipe's full-range file and TensorFlow Lite's output for it.</summary>
internal static class DetectorFile
{
    private static readonly string _folder = Repository.PathOf("tests/MaskApi.Onnx.Tests/Reference");

    public static byte[] FullRange { get; } = File.ReadAllBytes(Path.Combine(_folder, "face_detection_full_range.tflite"));

    public static float[] Reference(string name) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(_folder, $"full_range_{name}.f32"))).ToArray();
}
