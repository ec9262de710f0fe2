namespace MaskApi.Vision.Detection;

/// <summary>
/// Merges what several looks report of the same face. The report with the best score speaks first, discounted where
/// the face had a size at which the detector is weak; reports of other looks that overlap it count toward the mean place.
/// </summary>
internal static class LookFusion
{
    /// <summary>Least intersection over union of two looks' reports of one face.</summary>
    internal const float SameFaceFrom = 0.4f;

    /// <summary>Least intersection over union from which a report counts toward the mean place.</summary>
    internal const float BlendedFrom = 0.6f;

    /// <summary>Merges the reports of all looks, best face first.</summary>
    /// <param name="reports">Reports in any order; sorted on return.</param>
    /// <param name="looks">The looks that were taken.</param>
    internal static List<FaceEvidence> Merge(List<FaceReport> reports, IReadOnlyList<Look> looks)
    {
        reports.Sort(static (a, b) =>
        {
            var (first, second) = (Rank(a), Rank(b));
            return first != second
                ? second.CompareTo(first)
                : (a.Geometry[0], a.Geometry[1], a.Look.Scale).CompareTo((b.Geometry[0], b.Geometry[1], b.Look.Scale));
        });

        var faces = new List<FaceEvidence>();
        var taken = new bool[reports.Count];
        var members = new List<FaceReport>();
        for (var best = 0; best < reports.Count; best++)
        {
            if (taken[best])
            {
                continue;
            }

            var speaker = reports[best];
            members.Clear();
            var sum = default(FaceGeometry);
            var weight = 0f;
            for (var i = best; i < reports.Count; i++)
            {
                var overlap = i == best ? 1 : taken[i] ? 0 : reports[i].Box.IntersectionOverUnion(speaker.Box);
                if (overlap < SameFaceFrom)
                {
                    taken[i] |= IsPart(reports[i].Box, speaker.Box);
                    continue;
                }

                taken[i] = true;
                members.Add(reports[i]);

                // A turned look draws its box around a turned oval, which says less of an upright one.
                if (overlap >= BlendedFrom && reports[i].Look.Turn == speaker.Look.Turn)
                {
                    var share = reports[i].Support * Suitability(reports[i].InputSize);
                    sum.Add(reports[i].Geometry, share);
                    weight += share;
                }
            }

            sum.Scale(1 / weight);
            faces.Add(new FaceEvidence(sum, speaker, Signs(sum.Box, speaker, members, looks, faces)));
        }

        return faces;
    }

    /// <summary>How far a report is trusted whose face has this size in the detector's input, 0–1.</summary>
    /// <param name="inputSize">Longer side of the face, in input pixels.</param>
    /// <remarks>
    /// After recall and overlap by size on the pictures of kaggle853-dev, part <c>fit</c>, that the detector was not trained
    /// on: recall is 0.20 for 6–8 pixels, 0.70 for 8–11, 0.86 for 11–16, 0.91–0.97 up to 180, 0.84 up to 256, 0.3 beyond.
    /// </remarks>
    internal static float Suitability(float inputSize)
    {
        ReadOnlySpan<float> sizes = [5, 8, 11, 16, 128, 180, 256, 362];
        ReadOnlySpan<float> trust = [0.1f, 0.3f, 0.6f, 0.9f, 1, 0.8f, 0.3f, 0.05f];
        if (inputSize <= sizes[0])
        {
            return trust[0];
        }

        for (var i = 1; i < sizes.Length; i++)
        {
            if (inputSize < sizes[i])
            {
                var share = MathF.Log(inputSize / sizes[i - 1]) / MathF.Log(sizes[i] / sizes[i - 1]);
                return trust[i - 1] + (share * (trust[i] - trust[i - 1]));
            }
        }

        return trust[^1];
    }

    /// <summary>Which report speaks for a face: the surest, upright before turned.</summary>
    private static float Rank(FaceReport report) =>
        report.Score * Suitability(report.InputSize) * (report.Look.Turn == 0 ? 1 : TurnedDiscount);

    private static FaceSigns Signs(
        PixelBox box, FaceReport best, List<FaceReport> members, IReadOnlyList<Look> looks, List<FaceEvidence> better)
    {
        var (asked, logits) = (0, 0f);
        var size = MathF.Max(box.Width, box.Height);
        foreach (var look in looks)
        {
            if (look.Turn != best.Look.Turn || !look.Answers(box.Center) || size * look.Scale is < LeastSize or > LargestSize)
            {
                continue;
            }

            asked++;
            var said = 0f;
            foreach (var member in members)
            {
                if (member.Look == look && member.Score > said)
                {
                    said = member.Score;
                }
            }

            logits += Logit(said);
        }

        var inside = 0f;
        foreach (var other in better)
        {
            inside = MathF.Max(inside, other.Box.IntersectionArea(box) / box.Area);
        }

        var octaves = MathF.Log2(best.InputSize / 32);
        var signs = default(FaceSigns);
        signs[0] = Logit(best.Score);
        signs[1] = asked > 0 ? logits / asked : signs[0];
        signs[2] = MathF.Log(best.Support / best.Score);
        signs[3] = best.Agreement;
        signs[4] = octaves;
        signs[5] = octaves * octaves;
        signs[6] = best.Look.Turn == 0 ? 0 : 1;
        signs[7] = inside;
        return signs;
    }

    /// <summary>
    /// Whether a report shows part of a face that another one shows whole. Much smaller ones stay: a poster may hold a crowd.
    /// </summary>
    private static bool IsPart(PixelBox box, PixelBox whole) =>
        box.IntersectionArea(whole) >= 0.75f * box.Area && box.Area is var area && area >= 0.15f * whole.Area && area < whole.Area;

    private const float TurnedDiscount = 0.8f;

    /// <summary>Sizes, in input pixels, at which a look should see a face: outside, its silence says nothing.</summary>
    private const float LeastSize = 10;

    private const float LargestSize = 150;

    /// <summary>The log odds of a score; unseen counts as the least score that is reported.</summary>
    private static float Logit(float score)
    {
        var p = Math.Clamp(score, FaceDetector.LeastScore, 0.995f);
        return MathF.Log(p / (1 - p));
    }
}
