using MaskApi.Training.Commands;
using MaskApi.Vision;

namespace MaskApi.Training.Tests;

public sealed class ConvertDetectorTests
{
    [Fact]
    public async Task The_converted_detector_loads_and_finds_faces()
    {
        var folder = Directory.CreateTempSubdirectory("maskapi-convert-").FullName;
        try
        {
            var models = Path.Combine(AppContext.BaseDirectory, "models");
            foreach (var file in Directory.EnumerateFiles(models, "*.onnx"))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }

            var source = Repository.PathOf("tests/MaskApi.Onnx.Tests/Reference/face_detection_full_range.tflite");
            var target = Path.Combine(folder, "blaze_face_tuned.onnx");
            File.Delete(target);
            var token = TestContext.Current.CancellationToken;

            Assert.Equal(0, await ConvertDetectorCommand.Create().Parse([source, target]).InvokeAsync(cancellationToken: token));

            using var pipeline = FacePipeline.Load(new VisionOptions { ModelsPath = folder });
            Assert.Contains(pipeline.Models, model => model.Name == "blaze_face_full_range" || model.File == "blaze_face_tuned.onnx");
            var picture = await File.ReadAllBytesAsync(
                Repository.PathOf("tests/MaskApi.Vision.Tests/Pictures/astronaut.jpg"), token);
            Assert.NotEmpty(pipeline.Analyze(picture, new AnalysisOptions(), token).Faces);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
