using MaskApi.Onnx.BlazeFace;
using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Tests.Tflite;
using MaskApi.Onnx.Tflite;

namespace MaskApi.Onnx.Tests.BlazeFace;

/// <summary>The full-range detector converted for any picture size.</summary>
public sealed class AnySizeTests
{
    private static readonly Dictionary<int, float[]> _fileWeights = [];
    private static readonly Dictionary<string, string> _noMetadata = [];

    private readonly byte[] _tflite = File.ReadAllBytes(
        Path.Combine(AppContext.BaseDirectory, "Reference", "face_detection_full_range.tflite"));

    // With zero kernels, the biases are the network's raw output at every anchor, so the decoding can be worked out by hand.
    [Theory]
    [InlineData(96, 320)]
    [InlineData(256, 64)]
    public void Anchors_follow_height_and_width(int height, int width)
    {
        float[] raw = [2, -3, 24, 32, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        var replaced = Biased(1, [2f]);
        foreach (var (index, values) in Biased(raw.Length, raw))
        {
            replaced.Add(index, values);
        }

        var outputs = OnnxRunner.Run(AnySize(replaced), ("image", Noise(height, width, 2), [1, height, width, 3]));

        Assert.Equal(height / 4 * (width / 4), outputs["scores"].Length);
        Assert.All(outputs["scores"], score => Assert.Equal(1 / (1 + Math.Exp(-2)), score, 1e-5));
        var boxes = new List<float>();
        var points = new List<float>();
        for (var y = 2; y < height; y += 4)
        {
            for (var x = 2; x < width; x += 4)
            {
                var (centerX, centerY) = (x + 2f, y - 3f);
                boxes.AddRange([
                    (centerX - 12) / width, (centerY - 16) / height, (centerX + 12) / width, (centerY + 16) / height]);
                for (var i = 4; i < raw.Length; i += 2)
                {
                    points.AddRange([(x + raw[i]) / width, (y + raw[i + 1]) / height]);
                }
            }
        }

        AssertClose([.. boxes], outputs["boxes"], 1e-5f);
        AssertClose([.. points], outputs["keypoints"], 1e-5f);
    }

    // Whole up to 224 rows; then in 2, 2, 3, 4 and 6 bands.
    [Theory]
    [InlineData(32, 32)]
    [InlineData(96, 320)]
    [InlineData(224, 64)]
    [InlineData(256, 160)]
    [InlineData(416, 96)]
    [InlineData(544, 32)]
    [InlineData(768, 128)]
    [InlineData(1088, 32)]
    public void Bands_of_rows_give_the_same_result_as_the_whole(int height, int width)
    {
        var pixels = Noise(height, width, height + width);
        var whole = BlazeFaceConverter.ConvertInBands(_tflite, _fileWeights, _noMetadata, bandRows: null);

        var expected = OnnxRunner.Run(whole, ("image", pixels, [1, height, width, 3]));
        var actual = OnnxRunner.Run(AnySize(_fileWeights), ("image", pixels, [1, height, width, 3]));

        foreach (var name in (string[])["scores", "boxes", "keypoints"])
        {
            AssertClose(expected[name], actual[name], 1e-6f);
        }
    }

    [Fact]
    public void Bands_change_neither_inputs_nor_outputs_nor_metadata()
    {
        var metadata = new Dictionary<string, string> { ["version"] = "7" };
        var whole = ModelFile.Parse(BlazeFaceConverter.ConvertInBands(_tflite, _fileWeights, metadata, bandRows: null));
        var banded = ModelFile.Parse(BlazeFaceConverter.ConvertAnySize(_tflite, _fileWeights, metadata));

        Assert.Contains(banded.Graph.Node, node => node.OpType == "If");
        Assert.Equal(whole.MetadataProps, banded.MetadataProps);
        Assert.Equal(whole.Graph.Input, banded.Graph.Input);
        Assert.Equal(whole.Graph.Output, banded.Graph.Output);
        Assert.Equal(
            whole.Graph.Initializer.ToHashSet(),
            whole.Graph.Initializer.ToHashSet().Intersect(ModelFile.Constants(banded.Graph)).ToHashSet());
    }

    [Fact]
    public void Only_the_full_range_model_is_accepted()
    {
        var writer = new TfliteWriter();
        var input = writer.Value("input", 1, 128, 128, 3);
        var other = writer.Finish([input], [input]);

        Assert.Throws<NotSupportedException>(() => BlazeFaceConverter.ConvertAnySize(other, _fileWeights, _noMetadata));
    }

    // The one convolution with that many outputs gets a zero kernel and the given bias.
    private Dictionary<int, float[]> Biased(int outputs, float[] bias)
    {
        var model = TfliteModel.Parse(_tflite);
        var head = model.Operators.Last(entry =>
            entry.Code == TfliteOperatorCode.Conv2D && model.Tensors[entry.Outputs[0]].Shape[3] == outputs);
        var size = model.Tensors[head.Inputs[1]].Shape.Aggregate(1, (product, length) => product * length);
        return new Dictionary<int, float[]> { [head.Inputs[1]] = new float[size], [head.Inputs[2]] = bias };
    }

    private byte[] AnySize(Dictionary<int, float[]> weights) => BlazeFaceConverter.ConvertAnySize(_tflite, weights, _noMetadata);

    private static byte[] Noise(int height, int width, int seed)
    {
        var pixels = new byte[height * width * 3];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(MathF.Abs(expected[i] - actual[i]) <= tolerance, $"element {i}: expected {expected[i]}, was {actual[i]}");
        }
    }
}
