using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;

namespace MaskApi.Vision.Tests.Detection.BlazeFace;

public sealed class WeightedSuppressionTests
{
    private static readonly DetectionPass _pass = PassPlan.For(400, 400, DetectionDetail.Fast).Coarse[0];

    [Fact]
    public void No_candidates_give_no_faces() => Assert.Empty(Merge([]));

    [Fact]
    public void Two_candidates_for_one_face_become_their_weighted_mean_with_the_better_score()
    {
        // Intersection 90×100 over union 110×100: 0.818.
        var report = Assert.Single(Merge([Face(10, 0, 100, 100, 0.2f), Face(0, 0, 100, 100, 0.6f)]));
        Assert.Equal(0.6f, report.Score);
        Assert.Equal(0.8f, report.Support, 1e-4f);
        Assert.Equal((0.6f + (0.2f * 90 / 110)) / 0.8f, report.Agreement, 1e-4f);
        Assert.Equal(2.5f, report.Box.X, 1e-4f);
        Assert.Equal(100, report.Box.Width, 1e-4f);

        // Key points are blended like the box; here they all equal the box's left edge.
        Assert.Equal(2.5f, report.Geometry.Landmarks.NoseTip.X, 1e-4f);
    }

    [Fact]
    public void A_neighbor_is_suppressed_without_moving_the_face()
    {
        // Shifted by 30: intersection 70 over union 130, 0.54, between the two bounds.
        var report = Assert.Single(Merge([Face(0, 0, 100, 100, 0.9f), Face(30, 0, 100, 100, 0.8f)]));
        Assert.Equal(0, report.Box.X);
        Assert.Equal(0.9f, report.Support, 1e-4f);
        Assert.Equal(1, report.Agreement);
    }

    [Fact]
    public void Overlap_below_the_threshold_keeps_two_faces()
    {
        // Shifted by s, squares of side 100 overlap by (100 - s) / (100 + s): 0.45 at s = 37.93.
        Assert.Equal(2, Merge([Face(0, 0, 100, 100, 0.9f), Face(38.5f, 0, 100, 100, 0.8f)]).Count);
        Assert.Single(Merge([Face(0, 0, 100, 100, 0.9f), Face(37.5f, 0, 100, 100, 0.8f)]));
    }

    [Fact]
    public void A_chain_does_not_collapse_into_one_face()
    {
        // The middle face overlaps both neighbors, which do not overlap each other, so both of them stay.
        var faces = Merge([Face(0, 0, 100, 100, 0.9f), Face(35, 0, 100, 100, 0.5f), Face(70, 0, 100, 100, 0.8f)]);
        Assert.Equal([0.9f, 0.8f], faces.Select(face => face.Score));
    }

    [Fact]
    public void The_order_of_the_candidates_does_not_matter()
    {
        var random = new Random(7);
        var candidates = Enumerable.Range(0, 200)
            .Select(_ => Face(random.Next(400), random.Next(300), random.Next(20, 80), random.Next(20, 80), random.Next(1, 20) / 20f))
                .ToList();
        var expected = Merge([.. candidates]);
        for (var round = 0; round < 5; round++)
        {
            var shuffled = candidates.ToArray();
            random.Shuffle(shuffled);
            Assert.Equal(expected.Select(face => (face.Box, face.Score)), Merge([.. shuffled]).Select(face => (face.Box, face.Score)));
        }
    }

    internal static FaceCandidate Face(float x, float y, float width, float height, float score)
    {
        var geometry = default(FaceGeometry);
        (geometry[0], geometry[1], geometry[2], geometry[3]) = (x, y, x + width, y + height);
        for (var i = 4; i < FaceGeometry.Length; i++)
        {
            geometry[i] = i % 2 == 0 ? x : y;
        }

        return new FaceCandidate(geometry, score);
    }

    private static List<FaceReport> Merge(List<FaceCandidate> candidates)
    {
        var reports = new List<FaceReport>();
        WeightedSuppression.Merge(candidates, _pass, reports, new BoxList());
        return reports;
    }
}
