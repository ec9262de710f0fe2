using System.Runtime.InteropServices;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>
/// Merges the reports of several passes into faces. The report with the best score leads, discounted at sizes where the detector is weak;
/// overlapping reports of other passes refine the position. Reuses its memory from picture to picture, so one caller at a time.
/// </summary>
internal sealed class PassFusion
{
    /// <summary>Two passes' reports are one face from this intersection over union on.</summary>
    internal const float SameFaceFrom = 0.4f;

    /// <summary>A report refines the position from this intersection over union on.</summary>
    internal const float BlendedFrom = 0.6f;

    private readonly List<FaceReport> _reports = [];
    private readonly List<FaceEvidence> _faces = [];
    private readonly List<FaceReport> _members = [];
    private readonly BoxList _boxes = new();
    private readonly BoxList _faceBoxes = new();
    private float[] _ranks = [];
    private int[] _order = [];
    private bool[] _taken = [];
    private float _orientation;

    /// <summary>The result of the last merge, best face first.</summary>
    internal IReadOnlyList<FaceEvidence> Faces => _faces;

    /// <summary>Merges the reports of all passes.</summary>
    /// <param name="all">Reports in any order.</param>
    /// <param name="passes">The passes that were run.</param>
    /// <param name="orientation">The rotation in which people are taken to be upright, in degrees.</param>
    internal void Merge(List<FaceReport> all, List<DetectionPass> passes, float orientation)
    {
        _orientation = orientation;
        SortByRank(all);
        var (faces, members) = (_faces, _members);
        var reports = CollectionsMarshal.AsSpan(_reports);
        faces.Clear();
        _faceBoxes.Clear();
        if (_taken.Length < reports.Length)
        {
            _taken = new bool[reports.Length];
        }

        var taken = _taken.AsSpan(0, reports.Length);
        taken.Clear();
        for (var best = 0; best < reports.Length; best++)
        {
            if (taken[best])
            {
                continue;
            }

            var speaker = reports[best];
            members.Clear();
            var sum = default(FaceGeometry);
            var weight = 0f;
            for (var i = best; i < reports.Length; i = _boxes.NextOverlapping(speaker.Box, i + 1))
            {
                var overlap = i == best ? 1 : taken[i] ? 0 : reports[i].Box.IntersectionOverUnion(speaker.Box);
                if (overlap < SameFaceFrom)
                {
                    taken[i] |= IsPart(reports[i].Box, speaker.Box);
                    continue;
                }

                taken[i] = true;
                members.Add(reports[i]);

                // A rotated pass draws its box around a rotated oval, which says less about an upright one.
                if (overlap >= BlendedFrom && reports[i].Pass.Rotation == speaker.Pass.Rotation)
                {
                    var share = reports[i].Support * Suitability(reports[i].InputSize);
                    sum.Add(reports[i].Geometry, share);
                    weight += share;
                }
            }

            sum.Scale(1 / weight);
            faces.Add(new FaceEvidence(sum, speaker, Features(sum.Box, speaker, members, passes, faces)));
            _faceBoxes.Add(sum.Box);
        }
    }

    /// <summary>How far to trust a report of a face of this size in the detector's input, 0–1.</summary>
    /// <param name="inputSize">Longer side of the face, in input pixels.</param>
    /// <remarks>
    /// From recall and overlap by size on those pictures of kaggle853-dev, part <c>fit</c>, that the detector was not trained on: recall is
    /// 0.20 for 6–8 pixels, 0.70 for 8–11, 0.86 for 11–16, 0.91–0.97 up to 180, 0.84 up to 256, 0.3 beyond.
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

    /// <summary>Sorts a copy of the reports by rank, best first. Ranks take logarithms, so each is computed once.</summary>
    private void SortByRank(List<FaceReport> all)
    {
        if (_order.Length < all.Count)
        {
            _order = new int[all.Count];
            _ranks = new float[all.Count];
        }

        for (var i = 0; i < all.Count; i++)
        {
            _order[i] = i;
            _ranks[i] = Rank(all[i]);
        }

        _order.AsSpan(0, all.Count).Sort((first, second) =>
        {
            if (_ranks[first] != _ranks[second])
            {
                return _ranks[second].CompareTo(_ranks[first]);
            }

            var (a, b) = (all[first], all[second]);
            return (a.Geometry[0], a.Geometry[1], a.Pass.Scale).CompareTo((b.Geometry[0], b.Geometry[1], b.Pass.Scale));
        });
        _reports.Clear();
        _boxes.Clear();
        foreach (var index in _order.AsSpan(0, all.Count))
        {
            _reports.Add(all[index]);
            _boxes.Add(all[index].Box);
        }
    }

    /// <summary>The rank by which reports lead: surest first, upright before rotated.</summary>
    private float Rank(FaceReport report) =>
        report.Score * Suitability(report.InputSize) * (report.Pass.Rotation == _orientation ? 1 : RotatedDiscount);

    private FaceFeatures Features(
        PixelBox box, in FaceReport best, List<FaceReport> members, List<DetectionPass> passes, List<FaceEvidence> better)
    {
        var (asked, logits) = (0, 0f);
        var size = MathF.Max(box.Width, box.Height);
        foreach (var pass in passes)
        {
            if (pass.Rotation != best.Pass.Rotation || !pass.Answers(box.Center) || size * pass.Scale is < MinSize or > LargestSize)
            {
                continue;
            }

            asked++;
            var said = 0f;
            foreach (var member in members)
            {
                if (member.Pass == pass && member.Score > said)
                {
                    said = member.Score;
                }
            }

            logits += LogOdds(said);
        }

        var inside = 0f;
        for (var i = _faceBoxes.NextOverlapping(box, 0); i < better.Count; i = _faceBoxes.NextOverlapping(box, i + 1))
        {
            inside = MathF.Max(inside, better[i].Box.IntersectionArea(box) / box.Area);
        }

        var octaves = MathF.Log2(best.InputSize / 32);
        var features = default(FaceFeatures);
        features[0] = LogOdds(best.Score);
        features[1] = asked > 0 ? logits / asked : features[0];
        features[2] = MathF.Log(best.Support / best.Score);
        features[3] = best.Agreement;
        features[4] = octaves;
        features[5] = octaves * octaves;
        features[6] = best.Pass.Rotation == _orientation ? 0 : 1;
        features[7] = inside;
        return features;
    }

    /// <summary>
    /// Whether a report shows only part of a face that another one shows whole. Much smaller ones stay: a poster may hold a crowd.
    /// </summary>
    private static bool IsPart(PixelBox box, PixelBox whole) =>
        box.IntersectionArea(whole) >= 0.75f * box.Area && box.Area is var area && area >= 0.15f * whole.Area && area < whole.Area;

    private const float RotatedDiscount = 0.8f;

    /// <summary>Face sizes, in input pixels, that a pass should detect. Outside this range its silence means nothing.</summary>
    private const float MinSize = 10;

    private const float LargestSize = 150;

    /// <summary>The log odds of a score. No report counts as the lowest reported score.</summary>
    private static float LogOdds(float score) => Logistic.LogOdds(Math.Clamp(score, BlazeFaceDetector.MinScore, 0.995f));
}
