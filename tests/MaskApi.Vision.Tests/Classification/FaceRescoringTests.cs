using MaskApi.Vision.Classification;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision.Tests.Classification;

public sealed class FaceRescoringTests
{
    private static readonly PixelBox _face = new(10, 10, 64, 80);

    [Theory]
    [InlineData(0.05f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void The_minimum_detector_confidence_is_the_lowest_that_can_reach_the_threshold(float threshold)
    {
        var min = FaceRescoring.MinDetectorConfidence(threshold);
        Assert.InRange(min, 0, threshold);
        Assert.Equal(threshold, FaceRescoring.Rescore(min, 50, _face), 1e-4f);
        foreach (var logit in new[] { -30f, 0, 3, 30 })
        {
            Assert.True(FaceRescoring.Rescore(min * 0.99f, logit, _face) < threshold, $"{logit}");
        }
    }

    [Fact]
    public void The_classifier_lowers_the_score_of_non_faces_and_raises_that_of_faces()
    {
        Assert.InRange(FaceRescoring.Rescore(0.6f, -6, _face), 0, 0.1f);
        Assert.InRange(FaceRescoring.Rescore(0.4f, 6, _face), 0.5f, 0.7f);
        Assert.Equal(0, FaceRescoring.MinDetectorConfidence(0));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    [InlineData(500)]
    public void A_lower_face_logit_gives_a_lower_score(float side)
    {
        var box = new PixelBox(0, 0, side, side);
        var scores = new[] { 6f, 2, 0, -2, -6, -12 }.Select(logit => FaceRescoring.Rescore(0.9f, logit, box)).ToArray();
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.True(scores[^1] < scores[0]);
    }

    [Fact]
    public void The_classifier_counts_less_for_a_small_face()
    {
        var large = FaceRescoring.Rescore(0.9f, -4, new PixelBox(0, 0, 100, 100));
        var small = FaceRescoring.Rescore(0.9f, -4, new PixelBox(0, 0, 10, 10));
        Assert.True(large < 0.5f, $"{large}");
        Assert.True(small > large, $"{small} {large}");
    }

    [Fact]
    public void The_classifier_recognizes_faces()
    {
        using var classifier = MaskClassifier.Load(new VisionOptions());
        using var portrait = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        using var noise = TestPictures.NoiseRaster(120, 120);
        Assert.True(Logit(portrait, PixelBox.FromEdges(181, 82, 271, 180)) > 2, "a face");
        Assert.True(Logit(noise, new PixelBox(20, 20, 80, 80)) < -2, "noise");

        float? Logit(Raster picture, PixelBox box)
        {
            using var crop = FaceCropper.Crop(picture, box);
            return classifier.Classify(crop).FaceLogit;
        }
    }
}
