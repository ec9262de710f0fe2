using System.Runtime.InteropServices;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>
/// Weighted non-maximum suppression within one pass, after MediaPipe's <c>NonMaxSuppressionCalculator</c>, algorithm WEIGHTED: raw
/// detections that overlap the best one become one face at their mean position, weighted by score. Bazarevsky et al., "BlazeFace", 2019,
/// section 3.4: the blend jitters less than the winner alone. Unlike there, a detection is suppressed at a lower overlap than it is blended
/// in.
/// </summary>
internal static class WeightedSuppression
{
    /// <summary>A raw detection is suppressed from this intersection over union with the best one on.</summary>
    internal const float SilencedFrom = 0.45f;

    /// <summary>A raw detection is blended in from this intersection over union with the best one on.</summary>
    internal const float BlendedFrom = 0.6f;

    /// <summary>Only this many raw detections of a pass are merged, the best ones.</summary>
    internal const int MaxAnswers = 4000;

    /// <summary>Merges the raw detections of one pass into reports, best first.</summary>
    /// <param name="candidates">Raw detections in any order; sorted by score on return, best first.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="reports">The destination.</param>
    /// <param name="boxes">Scratch memory.</param>
    internal static void Merge(List<FaceCandidate> candidates, DetectionPass pass, List<FaceReport> reports, BoxList boxes)
    {
        // Ties are broken by position, so the same detections in another order merge alike.
        candidates.Sort(static (a, b) => a.Score != b.Score
            ? b.Score.CompareTo(a.Score)
            : (a.Geometry[0], a.Geometry[1]).CompareTo((b.Geometry[0], b.Geometry[1])));

        // Merging is quadratic; a picture full of false positives must not cost more than finding them.
        if (candidates.Count > MaxAnswers)
        {
            candidates.RemoveRange(MaxAnswers, candidates.Count - MaxAnswers);
        }

        var answers = CollectionsMarshal.AsSpan(candidates);
        boxes.Clear();
        foreach (ref readonly var answer in answers)
        {
            boxes.Add(answer.Box);
        }

        Span<bool> taken = stackalloc bool[MaxAnswers];
        for (var best = 0; best < answers.Length; best++)
        {
            if (taken[best])
            {
                continue;
            }

            var box = answers[best].Box;
            var sum = default(FaceGeometry);
            var (weight, agreement) = (0f, 0f);
            for (var i = best; i < answers.Length; i = boxes.NextOverlapping(box, i + 1))
            {
                var overlap = i == best ? 1 : taken[i] ? 0 : answers[i].Box.IntersectionOverUnion(box);
                taken[i] |= overlap >= SilencedFrom;
                if (overlap >= BlendedFrom)
                {
                    var score = answers[i].Score;
                    sum.Add(answers[i].Geometry, score);
                    weight += score;
                    agreement += overlap * score;
                }
            }

            sum.Scale(1 / weight);
            reports.Add(new FaceReport(sum, answers[best].Score, weight, agreement / weight, pass));
        }
    }
}
