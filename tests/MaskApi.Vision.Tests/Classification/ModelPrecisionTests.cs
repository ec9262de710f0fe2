using MaskApi.Vision.Inference;

namespace MaskApi.Vision.Tests.Classification;

/// <summary>The float classifier and its quantized form, which must be of one origin.</summary>
public sealed class ModelPrecisionTests : IDisposable
{
    private readonly FacePipeline _float = FacePipeline.Load(new VisionOptions { Precision = ModelPrecision.Float });
    private readonly FacePipeline _int8 = FacePipeline.Load(new VisionOptions { Precision = ModelPrecision.Int8 });

    public void Dispose()
    {
        _float.Dispose();
        _int8.Dispose();
    }

    [Fact]
    public void The_quantized_classifier_was_made_from_the_float_one()
    {
        var original = Assert.Single(_float.Models, model => model.Name == "mask_classifier");
        var quantized = Assert.Single(_int8.Models, model => model.Name == "mask_classifier_int8");

        Assert.True(
            original.Sha256 == quantized.Metadata["source_sha256"],
            "mask_classifier.onnx is another than mask_classifier_int8.onnx was made from: run 'MaskApi.Training quantize', as its card says.");
    }

    [Fact]
    public void Both_judge_a_clear_face_alike()
    {
        var picture = TestPictures.Read("astronaut.jpg");

        var before = Assert.Single(_float.Analyze(picture, new AnalysisOptions(), TestContext.Current.CancellationToken).Faces);
        var after = Assert.Single(_int8.Analyze(picture, new AnalysisOptions(), TestContext.Current.CancellationToken).Faces);

        Assert.Equal(MaskLabel.WithoutMask, before.Label(0.6f));
        Assert.Equal(before.Label(0.6f), after.Label(0.6f));
        Assert.Equal(before.Box, after.Box);
        Assert.Equal(before.MaskProbability, after.MaskProbability, 0.05f);
        Assert.NotEqual(before.MaskProbability, after.MaskProbability);
    }
}
