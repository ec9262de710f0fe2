using MaskApi.TestPictures;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Tests.Classification;

public sealed class MaskClassifierTests
{
    [Theory]
    [InlineData(0.9, 0.2, 0.18f, 0.1f, 0.72f, MaskLabel.IncorrectlyWorn)]
    [InlineData(0.9, 0.9, 0.81f, 0.1f, 0.09f, MaskLabel.WithMask)]
    [InlineData(0.1, 0.2, 0.02f, 0.9f, 0.08f, MaskLabel.WithoutMask)]
    public void Three_class_probabilities_come_from_the_model(
        double mask, double fit, float with, float without, float incorrect, MaskLabel label)
    {
        using var folder = new ModelFolder(mask, fit);
        using var classifier = MaskClassifier.Load(new VisionOptions { ModelsPath = folder.Path });

        var p = Classify(classifier);
        Assert.Equal([with, without, incorrect], [p.WithMask, p.WithoutMask, p.IncorrectlyWorn], Near);
        Assert.Equal(label, p.Likeliest);
        Assert.Equal([MaskLabel.WithMask, MaskLabel.WithoutMask, MaskLabel.IncorrectlyWorn], classifier.Model.Classes);
    }

    [Theory]
    [InlineData(0.9, MaskLabel.WithMask)]
    [InlineData(0.3, MaskLabel.WithoutMask)]
    public void A_two_class_model_never_says_incorrectly_worn(double mask, MaskLabel label)
    {
        using var folder = new ModelFolder(mask);
        using var classifier = MaskClassifier.Load(new VisionOptions { ModelsPath = folder.Path });

        var p = Classify(classifier);
        Assert.Equal([(float)mask, 1 - (float)mask, 0], [p.WithMask, p.WithoutMask, p.IncorrectlyWorn], Near);
        Assert.Equal(0, p.IncorrectlyWorn);
        Assert.Equal(label, p.Likeliest);
        Assert.Equal([MaskLabel.WithMask, MaskLabel.WithoutMask], classifier.Model.Classes);
    }

    private static bool Near(float expected, float actual) => Math.Abs(expected - actual) < 1e-5f;

    private static VerdictProbabilities Classify(MaskClassifier classifier)
    {
        using var picture = Vision.Tests.TestPictures.NoiseRaster(60, 60);
        using var crop = FaceCropper.Crop(picture, new PixelBox(10, 10, 40, 40));
        return classifier.Classify(crop).Probabilities;
    }
}
