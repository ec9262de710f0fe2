namespace MaskApi.Vision.Detection;

/// <summary>
/// MediaPipe's weighted non-maximum suppression (<c>NonMaxSuppressionCalculator</c>, algorithm WEIGHTED): reports that
/// overlap the best one become one face, at the mean of their places weighted by score, with the best one's score.
/// Bazarevsky et al., "BlazeFace", 2019, section 3.4: the blend trembles less than the winner alone.
/// </summary>
internal static class WeightedSuppression
{
    /// <summary>Least intersection over union of two reports of one face; MediaPipe's <c>min_suppression_threshold</c>.</summary>
    internal const float DefaultOverlap = 0.3f;

    /// <summary>Merges reports into faces, best first.</summary>
    /// <param name="candidates">Reports in any order; sorted by score on return, best first.</param>
    /// <param name="overlap">Least intersection over union of two reports of one face.</param>
    internal static List<FaceCandidate> Merge(List<FaceCandidate> candidates, float overlap = DefaultOverlap)
    {
        // Ties go by place, so that the same reports in another order merge alike.
        candidates.Sort(static (a, b) => a.Score != b.Score
            ? b.Score.CompareTo(a.Score)
            : (a.Geometry[0], a.Geometry[1]).CompareTo((b.Geometry[0], b.Geometry[1])));

        var faces = new List<FaceCandidate>();
        var taken = new bool[candidates.Count];
        for (var best = 0; best < candidates.Count; best++)
        {
            if (taken[best])
            {
                continue;
            }

            var box = candidates[best].Box;
            var sum = default(FaceGeometry);
            var weight = 0f;
            for (var i = best; i < candidates.Count; i++)
            {
                if (taken[i] || (i != best && candidates[i].Box.IntersectionOverUnion(box) <= overlap))
                {
                    continue;
                }

                taken[i] = true;
                weight += candidates[i].Score;
                for (var k = 0; k < FaceGeometry.Length; k++)
                {
                    sum[k] += candidates[i].Geometry[k] * candidates[i].Score;
                }
            }

            for (var k = 0; k < FaceGeometry.Length; k++)
            {
                sum[k] /= weight;
            }

            faces.Add(new FaceCandidate(sum, candidates[best].Score));
        }

        return faces;
    }
}
