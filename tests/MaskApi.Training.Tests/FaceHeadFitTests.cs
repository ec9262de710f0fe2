using MaskApi.Training.Detection;
using MaskApi.Training.Fitting;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Tests;

[Collection(TorchSerial.Name)]
public sealed class FaceHeadFitTests
{
    [Fact]
    public void Informative_features_keep_faces_and_drop_false_ones()
    {
        var fit = FaceHeadFit.Of([.. Candidates(difference: 3)], folds: 3, penalty: 10);

        Assert.Equal(8, fit.Head.Weight.Length);
        Assert.True(fit.Head.Weight.Span[0] > 0);
        Assert.True(fit.Weights[2] > 0, "the classifier's logit counts");
        var drawn = fit.Qualities.Single(quality => quality.Kind == CandidateKind.Drawn);
        var empty = fit.Qualities.Single(quality => quality.Kind == CandidateKind.WithoutPeople);
        Assert.True(drawn.FacesKept > 0.95 * drawn.Faces, $"{drawn}");
        Assert.True(empty.FalseFacesKept < 0.1 * empty.FalseFaces, $"{empty}");
        Assert.Equal((0, 0), (empty.Faces, empty.FacesKept));
    }

    [Fact]
    public void Uninformative_features_get_no_weight()
    {
        var fit = FaceHeadFit.Of([.. Candidates(difference: 0)], folds: 3, penalty: 10);

        // Noise alone: the logit spread is a quarter at most; informative features give four.
        Assert.True(Math.Abs(fit.Weights[2]) * Spread(fit) < 0.25, $"{fit.Weights[2]} {Spread(fit)}");
        Assert.True(fit.Weights[1] > 0.3, "the detector's confidence counts");
    }

    [Fact]
    public void A_held_out_head_has_not_seen_its_fold()
    {
        const int folds = 3;
        FaceCandidateCrop[] candidates = [.. Candidates(difference: 3)];
        var heads = FaceHeadFit.Of(candidates, folds, penalty: 10).HeldOutHeads;
        Assert.Equal(folds, heads.Count);

        // With the labels of one fold inverted, the head that leaves it out stays as it is, and the others change.
        var inverted = candidates.Select(candidate => PackedPicture.FoldOf(candidate.Picture, folds) == 1
            ? candidate with { IsFace = !candidate.IsFace } : candidate);
        var others = FaceHeadFit.Of([.. inverted], folds, penalty: 10).HeldOutHeads;
        float First(int fold) => heads[fold].Weight.Span[0] - others[fold].Weight.Span[0];
        Assert.Equal(0, First(1));
        Assert.True(First(0) > 0.1 && First(2) > 0.1, $"{First(0)} {First(2)}");
    }

    // Standard deviation of the head's logit for features of unit spread.
    private static double Spread(FaceHeadFit fit) => Math.Sqrt(fit.Head.Weight.ToArray().Sum(weight => (double)weight * weight));

    // Eight features; the first one separates faces from others. The detector is right more often than not.
    private static IEnumerable<FaceCandidateCrop> Candidates(float difference)
    {
        var random = new Random(4);
        float Normal() => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        for (var i = 0; i < 900; i++)
        {
            var kind = (CandidateKind)(i % 3);
            var isFace = kind == CandidateKind.Portrait || (kind == CandidateKind.Drawn && i % 2 == 0);
            var features = Enumerable.Range(0, 8).Select(_ => Normal()).ToArray();
            features[0] += isFace ? difference : -difference;
            var confidence = 1 / (1 + MathF.Exp(-Normal() - (isFace ? 1.5f : -0.5f)));
            yield return new FaceCandidateCrop(
                $"{kind}/{i}.jpg", features, new PixelBox(0, 0, 20 + (i % 50), 20 + (i % 50)), confidence, isFace, kind);
        }
    }
}
