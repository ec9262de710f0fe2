using System.Runtime.InteropServices;
using System.Text;
using MaskApi.Onnx.BlazeFace;
using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Onnx.Tests.BlazeFace;

/// <summary>The converted detector against TensorFlow Lite's own output for the same input.</summary>
public sealed class BlazeFaceParityTests
{
    private const int Size = 192;

    [Fact]
    public void Decoded_outputs_equal_a_plain_decoding_of_TensorFlow_Lites_output()
    {
        var pixels = Reference("full_range_input").Select(value => (byte)MathF.Round((value + 1) * 127.5f)).ToArray();
        var rawBoxes = Reference("full_range_box");
        var rawScores = Reference("full_range_score");

        var outputs = OnnxRunner.Run(Converted(), ("image", pixels, [1, Size, Size, 3]));

        Assert.Equal(rawScores.Length, outputs["scores"].Length);
        for (var anchor = 0; anchor < rawScores.Length; anchor++)
        {
            var raw = rawBoxes.AsSpan(anchor * 16, 16);
            var (anchorX, anchorY) = AnchorOf(anchor);
            float[] expected =
            [
                anchorX + ((raw[0] - (raw[2] / 2)) / Size),
                anchorY + ((raw[1] - (raw[3] / 2)) / Size),
                anchorX + ((raw[0] + (raw[2] / 2)) / Size),
                anchorY + ((raw[1] + (raw[3] / 2)) / Size),
            ];
            AssertClose(expected, outputs["boxes"].AsSpan(anchor * 4, 4), 1e-5f);
            for (var point = 0; point < 6; point++)
            {
                float[] center = [anchorX + (raw[4 + (2 * point)] / Size), anchorY + (raw[5 + (2 * point)] / Size)];
                AssertClose(center, outputs["keypoints"].AsSpan((anchor * 12) + (2 * point), 2), 1e-5f);
            }

            var logit = Math.Clamp((double)rawScores[anchor], -100, 100);
            Assert.Equal(1 / (1 + Math.Exp(-logit)), outputs["scores"][anchor], 1e-4);
        }
    }

    // The astronaut's face in the stretched square, judged by eye: eyes near (0.40, 0.19) and (0.47, 0.19) of the picture.
    [Fact]
    public void The_best_box_lies_on_the_face()
    {
        var pixels = Reference("full_range_input").Select(value => (byte)MathF.Round((value + 1) * 127.5f)).ToArray();

        var outputs = OnnxRunner.Run(Converted(), ("image", pixels, [1, Size, Size, 3]));

        var best = Array.IndexOf(outputs["scores"], outputs["scores"].Max());
        Assert.InRange(outputs["scores"][best], 0.8f, 1f);
        AssertClose([0.34f, 0.13f, 0.54f, 0.33f], outputs["boxes"].AsSpan(best * 4, 4), 0.05f);
        var points = outputs["keypoints"].AsSpan(best * 12, 12);
        Assert.True(points[0] < points[2], "the person's right eye is on the picture's left");
        Assert.True(points[1] < points[5] && points[5] < points[7], "eyes above nose above mouth");
    }

    [Fact]
    public void The_metadata_names_the_model_and_its_source()
    {
        using var session = new InferenceSession(Converted());

        var metadata = session.ModelMetadata.CustomMetadataMap;

        Assert.Equal("blaze_face_full_range", metadata[ModelMetadata.Name]);
        Assert.Equal("99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3", metadata[ModelMetadata.SourceSha256]);
        Assert.Equal("Apache-2.0", metadata[ModelMetadata.License]);
        Assert.Equal("192", metadata[ModelMetadata.InputSize]);
        Assert.Contains("@mediapipe/face_detection 0.4.1657300184", metadata[ModelMetadata.Source], StringComparison.Ordinal);
        Assert.Equal([1, -1, -1, 3], session.InputMetadata["image"].Dimensions);
        Assert.Equal(typeof(byte), session.InputMetadata["image"].ElementType);
        Assert.Equal([-1], session.OutputMetadata["scores"].Dimensions);
        Assert.Equal([-1, 4], session.OutputMetadata["boxes"].Dimensions);
        Assert.Equal([-1, 12], session.OutputMetadata["keypoints"].Dimensions);
    }

    [Fact]
    public void Other_files_are_refused_with_a_clear_message()
    {
        var text = Assert.Throws<InvalidDataException>(() => Converted(Encoding.ASCII.GetBytes("not a model at all")));
        Assert.Contains("TFL3", text.Message, StringComparison.Ordinal);
        var half = Tflite()[..50_000];
        Assert.Throws<InvalidDataException>(() => Converted(half));
    }

    // Deliberately not shared with the converter: 48×48, at the cells' centers.
    private static (float X, float Y) AnchorOf(int anchor) => (((anchor % 48) + 0.5f) / 48, ((anchor / 48) + 0.5f) / 48);

    private static byte[] Converted() => Converted(Tflite());

    private static byte[] Converted(byte[] tflite) =>
        BlazeFaceConverter.ConvertAnySize(tflite, new Dictionary<int, float[]>(), new Dictionary<string, string>());

    private static byte[] Tflite() => File.ReadAllBytes(ReferencePath("face_detection_full_range.tflite"));

    private static float[] Reference(string name) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(ReferencePath(name + ".f32"))).ToArray();

    private static string ReferencePath(string file) => Path.Combine(AppContext.BaseDirectory, "Reference", file);

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(MathF.Abs(expected[i] - actual[i]) <= tolerance, $"element {i}: expected {expected[i]}, was {actual[i]}");
        }
    }
}
