using System.Security.Cryptography;
using MaskApi.Onnx.Graphs;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Inference;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Vision.Tests.Inference;

public sealed class OnnxModelTests : IDisposable
{
    private const string Detector = "blaze_face_tuned";

    private static readonly TensorSpec _image = new(TensorSpec.OnlyInput, TensorElementType.UInt8, 1, -1, -1, 3);
    private static readonly TensorSpec _scores = new("scores", TensorElementType.Float, -1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_loaded_model_describes_itself()
    {
        using var detector = BlazeFaceDetector.Load(new VisionOptions());
        var model = Assert.Single(detector.Models, model => model.Name == Detector);
        var file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "models", model.File));
        Assert.Equal(("blaze_face_tuned.onnx", 192), (model.File, model.InputSize));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), model.Sha256);
        Assert.NotEmpty(model.Metadata);
    }

    /// <summary>A model that needs 64 TB: the processor's part of the runtime says so in its own exception.</summary>
    [Fact]
    public void A_run_without_enough_memory_says_so()
    {
        var graph = new GraphBuilder("large");
        var image = graph.Node("Cast", "float", [graph.Input("image", ElementType.UInt8, 1, 1, 1, 3)], NodeAttribute.Int("to", 1));
        var large = graph.Node("Expand", "large", [image, graph.IntegerConstant("shape", [1, 1L << 21, 1L << 21, 3], 4)]);
        graph.Output(graph.Node("ReduceMax", "scores", [large], NodeAttribute.Int("keepdims", 0)), ElementType.Float32);
        File.WriteAllBytes(Path.Combine(_folder.FullName, "large.onnx"), graph.Build([]));
        using var model = OnnxModel.Load(
            "large",
            [_image with { Shape = [1, 1, 1, 3] }],
            [_scores with { Shape = [] }],
            new VisionOptions { ModelsPath = _folder.FullName });
        using var input = OrtValue.CreateTensorValueFromMemory(new byte[3], [1, 1, 1, 3]);
        using var output = OrtValue.CreateTensorValueFromMemory(new float[1], []);
        Assert.Throws<InsufficientMemoryException>(() => model.Run(["image"], [input], ["scores"], [output]));
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        AssertRefused(new VisionOptions { ModelsPath = "/nowhere/at/all" }, "does not exist", "/nowhere/at/all");

    [Fact]
    public void A_file_that_is_not_a_model_is_named()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, Detector + ".onnx"), "not a model");
        AssertRefused(new VisionOptions { ModelsPath = _folder.FullName }, "not a runnable ONNX model", Detector);
    }

    [Fact]
    public void A_truncated_model_is_named()
    {
        var whole = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "models", Detector + ".onnx"));
        File.WriteAllBytes(Path.Combine(_folder.FullName, Detector + ".onnx"), whole[..(whole.Length / 2)]);
        AssertRefused(new VisionOptions { ModelsPath = _folder.FullName }, "not a runnable ONNX model", Detector);
    }

    [Fact]
    public void A_model_without_a_required_tensor_is_named() =>
        AssertRefused([_image], [new TensorSpec("depth", TensorElementType.Float, -1)], "no tensor 'depth'", "scores");

    [Fact]
    public void An_optional_tensor_must_fit_if_present()
    {
        var depth = new TensorSpec("depth", TensorElementType.Float, -1) { IsOptional = true };
        OnnxModel.Load(Detector, [_image], [_scores, depth], new VisionOptions()).Dispose();
        AssertRefused([_image], [_scores with { Shape = [1], IsOptional = true }], "tensor 'scores' is float[?], expected float[1]");
    }

    [Fact]
    public void A_model_of_another_shape_is_named() =>
        AssertRefused([_image], [_scores with { Shape = [1] }], "tensor 'scores' is float[?], expected float[1]");

    [Fact]
    public void A_model_of_another_rank_is_named() =>
        AssertRefused([_image with { Shape = [-1, -1, 3] }], [_scores], "expected uint8[?,?,3]");

    [Fact]
    public void A_model_of_another_element_type_is_named() =>
        AssertRefused([_image with { Type = TensorElementType.Float }], [_scores], "expected float[1,?,?,3]");

    [Fact]
    public void An_unavailable_provider_is_named() =>
        // This build contains only the CPU runtime.
        AssertRefused(new VisionOptions { ExecutionProvider = ExecutionProvider.Cuda }, "'cuda' is unavailable");

    private static void AssertRefused(VisionOptions options, params string[] expected)
    {
        var refused = Assert.Throws<ModelLoadException>(() => BlazeFaceDetector.Load(options).Dispose());
        Assert.All(expected, text => Assert.Contains(text, refused.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', refused.Message);
    }

    private static void AssertRefused(TensorSpec[] inputs, TensorSpec[] outputs, params string[] expected)
    {
        var refused = Assert.Throws<ModelLoadException>(() => OnnxModel.Load(Detector, inputs, outputs, new VisionOptions()).Dispose());
        Assert.All(expected, text => Assert.Contains(text, refused.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', refused.Message);
    }
}
