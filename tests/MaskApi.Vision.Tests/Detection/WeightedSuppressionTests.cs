using MaskApi.Vision.Detection;

namespace MaskApi.Vision.Tests.Detection;

public sealed class WeightedSuppressionTests
{
    [Fact]
    public void Nothing_in_nothing_out() => Assert.Empty(WeightedSuppression.Merge([]));

    [Fact]
    public void Two_reports_of_one_face_become_their_weighted_mean()
    {
        // Intersection 90×100 over union 110×100: 0.82.
        var merged = Assert.Single(WeightedSuppression.Merge([Face(10, 0, 100, 100, 0.2f), Face(0, 0, 100, 100, 0.6f)]));
        Assert.Equal(2.5f, merged.Geometry.Box.X, 1e-4f);
        Assert.Equal(100, merged.Geometry.Box.Width, 1e-4f);

        // Key points are blended like the box: the test's are the box's left edge throughout.
        Assert.Equal(2.5f, merged.Geometry.Landmarks.NoseTip.X, 1e-4f);
    }

    [Fact]
    public void A_second_look_adds_evidence_and_a_neighboring_anchor_does_not()
    {
        var one = Assert.Single(WeightedSuppression.Merge([Face(10, 0, 100, 100, 0.5f, look: 3), Face(0, 0, 100, 100, 0.6f, look: 3)]));
        Assert.Equal(0.8f * 0.6f, one.Evidence, 1e-5f);
        var two = Assert.Single(WeightedSuppression.Merge([Face(10, 0, 100, 100, 0.5f, look: 4), Face(0, 0, 100, 100, 0.6f, look: 3)]));
        Assert.Equal(1 - ((1 - (0.8f * 0.6f)) * (1 - (0.8f * 0.5f))), two.Evidence, 1e-5f);
    }

    [Fact]
    public void Overlap_at_the_bound_keeps_two_faces()
    {
        // Shifted by s, squares of side 100 overlap by (100 - s) / (100 + s): 0.3 at s = 53.846.
        Assert.Equal(2, WeightedSuppression.Merge([Face(0, 0, 100, 100, 0.9f), Face(54, 0, 100, 100, 0.8f)]).Count);
        Assert.Single(WeightedSuppression.Merge([Face(0, 0, 100, 100, 0.9f), Face(53, 0, 100, 100, 0.8f)]));
    }

    [Fact]
    public void A_chain_does_not_collapse_into_one_face()
    {
        // B overlaps both neighbors, A and C do not overlap: what the best one does not overlap is a face of its own.
        var faces = WeightedSuppression.Merge([Face(0, 0, 100, 100, 0.9f), Face(50, 0, 100, 100, 0.5f), Face(100, 0, 100, 100, 0.8f)]);
        Assert.Equal(2, faces.Count);
        Assert.Equal(50 * 0.5f / (0.9f + 0.5f), faces[0].Geometry.Box.X, 1e-4f);
        Assert.Equal(100, faces[1].Geometry.Box.X, 1e-4f);
    }

    [Fact]
    public void The_order_of_the_reports_does_not_matter()
    {
        var random = new Random(7);
        var reports = Enumerable.Range(0, 200)
            .Select(_ => Face(random.Next(400), random.Next(300), random.Next(20, 80), random.Next(20, 80), random.Next(1, 20) / 20f, random.Next(5))).ToList();
        var expected = WeightedSuppression.Merge([.. reports]);
        for (var round = 0; round < 5; round++)
        {
            var shuffled = reports.ToArray();
            random.Shuffle(shuffled);
            Assert.Equal(expected.Select(f => (f.Geometry.Box, f.Evidence)), WeightedSuppression.Merge([.. shuffled]).Select(f => (f.Geometry.Box, f.Evidence)));
        }
    }

    [Fact]
    public void Faces_come_best_first()
    {
        var faces = WeightedSuppression.Merge([Face(0, 0, 10, 10, 0.3f), Face(50, 50, 10, 10, 0.9f), Face(100, 0, 10, 10, 0.6f)]);
        Assert.Equal([50, 100, 0], faces.Select(f => f.Geometry.Box.X));
    }

    internal static FaceCandidate Face(float x, float y, float width, float height, float score, int look = 0)
    {
        var geometry = default(FaceGeometry);
        (geometry[0], geometry[1], geometry[2], geometry[3]) = (x, y, x + width, y + height);
        for (var i = 4; i < FaceGeometry.Length; i++)
        {
            geometry[i] = i % 2 == 0 ? x : y;
        }

        return new FaceCandidate(geometry, score, look);
    }
}
