namespace MaskApi.Vision.Detection;

/// <summary>
/// MediaPipe's weighted non-maximum suppression (<c>NonMaxSuppressionCalculator</c>, algorithm WEIGHTED): reports that
/// overlap the best one become one face, at the mean of their places weighted by score. Bazarevsky et al., "BlazeFace",
/// 2019, section 3.4: the blend trembles less than the winner alone.
/// </summary>
/// <remarks>
/// MediaPipe looks once and keeps the best score. Here several looks may have seen a face, which makes it likelier than
/// any of them says: their best scores are combined by noisy-or, <c>1 - Π(1 - 0.8 score)</c>, one factor a look. On
/// kaggle853-dev, part <c>fit</c>, that is worth 0.020 of AP50 with three levels of tiles and 0.005 with two; the trust of
/// 0.8 matters little (0.5 to 0.9 are within 0.001).
/// </remarks>
internal static class WeightedSuppression
{
    /// <summary>Least intersection over union of two reports of one face; MediaPipe's <c>min_suppression_threshold</c>.</summary>
    internal const float DefaultOverlap = 0.3f;

    /// <summary>How far one look's score is believed.</summary>
    internal const float Trust = 0.8f;

    /// <summary>Merges reports into faces, in the order of their best report.</summary>
    /// <param name="candidates">Reports in any order; sorted by score on return, best first.</param>
    /// <param name="overlap">Least intersection over union of two reports of one face.</param>
    internal static List<MergedFace> Merge(List<FaceCandidate> candidates, float overlap = DefaultOverlap)
    {
        // Ties go by place, so that the same reports in another order merge alike.
        candidates.Sort(static (a, b) => a.Score != b.Score
            ? b.Score.CompareTo(a.Score)
            : (a.Geometry[0], a.Geometry[1], a.Look).CompareTo((b.Geometry[0], b.Geometry[1], b.Look)));

        var faces = new List<MergedFace>();
        var taken = new bool[candidates.Count];
        var heard = new HashSet<int>();
        for (var best = 0; best < candidates.Count; best++)
        {
            if (taken[best])
            {
                continue;
            }

            heard.Clear();
            var box = candidates[best].Box;
            var sum = default(FaceGeometry);
            var (weight, doubt) = (0f, 1f);
            for (var i = best; i < candidates.Count; i++)
            {
                var report = candidates[i];
                if (taken[i] || (i != best && report.Box.IntersectionOverUnion(box) <= overlap))
                {
                    continue;
                }

                taken[i] = true;
                weight += report.Score;
                for (var k = 0; k < FaceGeometry.Length; k++)
                {
                    sum[k] += report.Geometry[k] * report.Score;
                }

                // Best first: a look's first report is its best, and neighboring anchors of one look are no second opinion.
                if (heard.Add(report.Look))
                {
                    doubt *= 1 - (Trust * report.Score);
                }
            }

            for (var k = 0; k < FaceGeometry.Length; k++)
            {
                sum[k] /= weight;
            }

            faces.Add(new MergedFace(sum, 1 - doubt));
        }

        return faces;
    }
}
