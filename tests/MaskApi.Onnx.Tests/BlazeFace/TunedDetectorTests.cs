using Google.Protobuf;
using MaskApi.Onnx.BlazeFace;
using MaskApi.Onnx.Graphs;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Tests.BlazeFace;

/// <summary>The shipped detector equals the converter's output except for the weights.</summary>
public sealed class TunedDetectorTests
{
    [Fact]
    public void The_shipped_detector_has_the_converters_graph()
    {
        var reference = Path.Combine(AppContext.BaseDirectory, "Reference", "face_detection_full_range.tflite");
        var shipped = Path.Combine(AppContext.BaseDirectory, "models", "blaze_face_tuned.onnx");
        var converted = ModelFile.Parse(BlazeFaceConverter.ConvertAnySize(
            File.ReadAllBytes(reference), new Dictionary<int, float[]>(), new Dictionary<string, string>())).Graph;
        var tuned = ModelFile.Parse(File.ReadAllBytes(shipped)).Graph;

        TensorProto[] original = [.. ModelFile.Constants(converted)];
        TensorProto[] trained = [.. ModelFile.Constants(tuned)];
        Assert.Equal(original.Select(Shape), trained.Select(Shape));
        Assert.NotEqual(original, trained);

        Blank(converted);
        Blank(tuned);
        Assert.Equal(converted, tuned);
    }

    private static void Blank(GraphProto graph)
    {
        foreach (var tensor in ModelFile.Constants(graph))
        {
            tensor.RawData = ByteString.Empty;
        }
    }

    private static string Shape(TensorProto tensor) => $"{tensor.Name} {tensor.DataType} {string.Join('x', tensor.Dims)}";
}
