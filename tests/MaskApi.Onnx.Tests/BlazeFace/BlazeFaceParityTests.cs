using System.Runtime.InteropServices;
using System.Text;
using MaskApi.Onnx.BlazeFace;
using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Onnx.Tests.BlazeFace;

/// <summary>The converted detectors against what TensorFlow Lite itself answered for the same input.</summary>
public sealed class BlazeFaceParityTests
{
    [Theory]
    [InlineData("short_range", 128, "regressors", "classificators")]
    [InlineData("full_range", 192, "reshaped_regressor_face_4", "reshaped_classifier_face_4")]
    public void Raw_outputs_equal_those_of_TensorFlow_Lite(string name, int size, string boxes, string scores)
    {
        var model = BlazeFaceConverter.ConvertRaw(Tflite(name));

        var outputs = OnnxRunner.Run(model, ("input", Reference($"{name}_input"), [1, size, size, 3]));

        AssertClose(Reference($"{name}_box"), outputs[boxes], 1e-3f);
        AssertClose(Reference($"{name}_score"), outputs[scores], 1e-3f);
    }

    [Theory]
    [InlineData("short_range", 128)]
    [InlineData("full_range", 192)]
    public void Decoded_outputs_equal_a_plain_decoding_of_what_TensorFlow_Lite_answers(string name, int size)
    {
        var pixels = Reference($"{name}_input").Select(value => (byte)MathF.Round((value + 1) * 127.5f)).ToArray();
        var rawBoxes = Reference($"{name}_box");
        var rawScores = Reference($"{name}_score");

        var outputs = OnnxRunner.Run(BlazeFaceConverter.Convert(Tflite(name)), ("image", pixels, [1, size, size, 3]));

        Assert.Equal(rawScores.Length, outputs["scores"].Length);
        for (var anchor = 0; anchor < rawScores.Length; anchor++)
        {
            var raw = rawBoxes.AsSpan(anchor * 16, 16);
            var (anchorX, anchorY) = AnchorOf(name, anchor);
            float[] expected =
            [
                anchorX + ((raw[0] - (raw[2] / 2)) / size),
                anchorY + ((raw[1] - (raw[3] / 2)) / size),
                anchorX + ((raw[0] + (raw[2] / 2)) / size),
                anchorY + ((raw[1] + (raw[3] / 2)) / size),
            ];
            AssertClose(expected, outputs["boxes"].AsSpan(anchor * 4, 4), 1e-5f);
            for (var point = 0; point < 6; point++)
            {
                float[] center = [anchorX + (raw[4 + (2 * point)] / size), anchorY + (raw[5 + (2 * point)] / size)];
                AssertClose(center, outputs["keypoints"].AsSpan((anchor * 12) + (2 * point), 2), 1e-5f);
            }

            var logit = Math.Clamp((double)rawScores[anchor], -100, 100);
            Assert.Equal(1 / (1 + Math.Exp(-logit)), outputs["scores"][anchor], 1e-4);
        }
    }

    // The astronaut's face in the stretched square, judged by eye: eyes near (0.40, 0.19) and (0.47, 0.19) of the picture.
    [Theory]
    [InlineData("short_range", 128)]
    [InlineData("full_range", 192)]
    public void The_best_box_lies_on_the_face(string name, int size)
    {
        var pixels = Reference($"{name}_input").Select(value => (byte)MathF.Round((value + 1) * 127.5f)).ToArray();

        var outputs = OnnxRunner.Run(BlazeFaceConverter.Convert(Tflite(name)), ("image", pixels, [1, size, size, 3]));

        var best = Array.IndexOf(outputs["scores"], outputs["scores"].Max());
        Assert.InRange(outputs["scores"][best], 0.8f, 1f);
        AssertClose([0.34f, 0.13f, 0.54f, 0.33f], outputs["boxes"].AsSpan(best * 4, 4), 0.05f);
        var points = outputs["keypoints"].AsSpan(best * 12, 12);
        Assert.True(points[0] < points[2], "the person's right eye is on the picture's left");
        Assert.True(points[1] < points[5] && points[5] < points[7], "eyes above nose above mouth");
    }

    [Fact]
    public void The_file_says_what_it_is_and_what_it_was_made_from()
    {
        using var session = new InferenceSession(BlazeFaceConverter.Convert(Tflite("full_range")));

        var metadata = session.ModelMetadata.CustomMetadataMap;

        Assert.Equal("blaze_face_full_range", metadata[ModelMetadata.Name]);
        Assert.Equal("99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3", metadata[ModelMetadata.SourceSha256]);
        Assert.Equal("Apache-2.0", metadata[ModelMetadata.License]);
        Assert.Equal("192", metadata[ModelMetadata.InputSize]);
        Assert.Contains("@mediapipe/face_detection 0.4.1657300184", metadata[ModelMetadata.Source], StringComparison.Ordinal);
        Assert.Equal([1, 192, 192, 3], session.InputMetadata["image"].Dimensions);
        Assert.Equal(typeof(byte), session.InputMetadata["image"].ElementType);
        Assert.Equal([2304], session.OutputMetadata["scores"].Dimensions);
        Assert.Equal([2304, 4], session.OutputMetadata["boxes"].Dimensions);
        Assert.Equal([2304, 12], session.OutputMetadata["keypoints"].Dimensions);
    }

    [Fact]
    public void Other_files_are_refused_with_a_clear_message()
    {
        var text = Assert.Throws<InvalidDataException>(() => BlazeFaceConverter.Convert(Encoding.ASCII.GetBytes("not a model at all")));
        Assert.Contains("TFL3", text.Message, StringComparison.Ordinal);
        var half = Tflite("short_range")[..50_000];
        Assert.Throws<InvalidDataException>(() => BlazeFaceConverter.Convert(half));
    }

    // Written out here on purpose, not shared with the converter: 16×16×2 then 8×8×6, or 48×48×1, at the cells' centers.
    private static (float X, float Y) AnchorOf(string name, int anchor)
    {
        var (grid, perCell, first) = (name, anchor) switch
        {
            ("short_range", < 512) => (16, 2, 0),
            ("short_range", _) => (8, 6, 512),
            _ => (48, 1, 0),
        };
        var cell = (anchor - first) / perCell;
        return (((cell % grid) + 0.5f) / grid, ((cell / grid) + 0.5f) / grid);
    }

    private static byte[] Tflite(string name) => File.ReadAllBytes(ReferencePath($"face_detection_{name}.tflite"));

    private static float[] Reference(string name) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(ReferencePath(name + ".f32"))).ToArray();

    private static string ReferencePath(string file) => Path.Combine(AppContext.BaseDirectory, "Reference", file);

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(MathF.Abs(expected[i] - actual[i]) <= tolerance, $"element {i}: expected {expected[i]}, was {actual[i]}");
    }
}
