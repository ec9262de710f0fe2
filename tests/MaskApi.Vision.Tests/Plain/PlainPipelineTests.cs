using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Tests.Plain;

/// <summary>The fast pipeline and the plain one give the same results on photographs.</summary>
[Trait("Category", "Slow")]
public sealed class PlainPipelineTests
{
    private const int PicturesEach = 100;

    /// <summary>Faces this close to the threshold may be reported by only one of them.</summary>
    private const float Margin = 0.05f;

    private const float Threshold = 0.5f;

    /// <summary>Largest distance between the edges of the same face, in pixels.</summary>
    private const float MaxDistance = 0.5f;

    [Theory]
    [InlineData("kaggle853-dev", DetectionDetail.Fast, 1)]
    [InlineData("ilc2021-dev", DetectionDetail.Fast, 1)]
    [InlineData("kaggle853-dev", DetectionDetail.Auto, 10)]
    [InlineData("ilc2021-dev", DetectionDetail.High, 20)]
    public void Boxes_and_probabilities_are_the_same(string dataSet, DetectionDetail detail, int every)
    {
        var files = DevSet.Pictures(dataSet, PicturesEach).Where((_, index) => index % every == 0).ToList();
        using var fast = FacePipeline.Load(new VisionOptions());
        using var plain = new PlainPipeline();
        var options = new AnalysisOptions { Detail = detail, DetectionThreshold = Threshold - Margin, MaxFaces = 1000 };
        var faces = 0;
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            using var picture = PlainPipeline.Decode(bytes);
            var expected = plain.Analyze(picture, detail, Threshold - Margin);
            var actual = fast.Analyze(bytes, options, TestContext.Current.CancellationToken).Faces;
            AssertContains(actual, [.. expected.Select(face => face.Verdict)], Path.GetFileName(file));
            AssertContains([.. expected.Select(face => face.Verdict)], actual, Path.GetFileName(file));

            // On the same box: crops are cut at whole pixels, so a hundredth of a pixel in the box may move an edge by one, which
            // matters for a face of a dozen pixels.
            Assert.All(actual, face =>
            {
                var (probabilities, logit) = plain.Classify(picture, face.Box, face.Landmarks?.QuarterTurns ?? 0);
                Assert.Equal(probabilities.WithMask, face.Probabilities.WithMask, 1e-3f);
                Assert.Equal(probabilities.WithoutMask, face.Probabilities.WithoutMask, 1e-3f);
                Assert.Equal(probabilities.IncorrectlyWorn, face.Probabilities.IncorrectlyWorn, 1e-3f);
                if (expected.Count > 0
                    && expected.MinBy(other => Distance(other.Box, face.Box))! is var same
                    && Distance(same.Box, face.Box) <= MaxDistance)
                {
                    Assert.Equal(FaceRescoring.Rescore(same.Detected, logit, face.Box), face.DetectionConfidence, 1e-2f);
                }
            });
            faces += expected.Count;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{files.Count} pictures, {faces} faces");
        Assert.True(faces >= files.Count / 2, $"only {faces} faces: too few to compare");
    }

    private static void AssertContains(IReadOnlyList<FaceVerdict> all, IReadOnlyList<FaceVerdict> some, string picture)
    {
        foreach (var face in some.Where(face => face.DetectionConfidence >= Threshold))
        {
            var other = all.MinBy(other => Distance(other.Box, face.Box));
            Assert.True(
                all.Count > 0 && Distance(other.Box, face.Box) <= MaxDistance,
                $"{picture}: nothing within half a pixel of {face}; nearest {other}");
        }
    }

    private static float Distance(PixelBox a, PixelBox b) => Math.Max(
        Math.Max(MathF.Abs(a.X - b.X), MathF.Abs(a.Y - b.Y)),
        Math.Max(MathF.Abs(a.Right - b.Right), MathF.Abs(a.Bottom - b.Bottom)));
}
