using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Detection;

/// <summary>Detection accuracy against labelled boxes.</summary>
/// <param name="AveragePrecision">AP50 over all recalls, with precision made monotonic (as in PASCAL VOC 2010).</param>
/// <param name="Precision">At <paramref name="Threshold"/>.</param>
/// <param name="Recall">At <paramref name="Threshold"/>.</param>
/// <param name="Threshold">The score with the best F1.</param>
internal readonly record struct DetectionAccuracy(double AveragePrecision, double Precision, double Recall, double Threshold)
{
    private const float Match = 0.5f;

    /// <summary>Compares detections with labelled boxes.</summary>
    /// <param name="labelled">The labelled boxes of each picture.</param>
    /// <param name="found">The detections of each picture.</param>
    /// <param name="minSide">Faces with a shorter longer side, in pixels, are ignored.</param>
    public static DetectionAccuracy Of(
        IReadOnlyList<IReadOnlyList<PixelBox>> labelled, IReadOnlyList<IReadOnlyList<FoundFace>> found, float minSide = 0)
    {
        static float Side(PixelBox box) => Math.Max(box.Width, box.Height);
        var taken = labelled.Select(boxes => new bool[boxes.Count]).ToArray();
        var hits = new List<(float Score, bool Hit)>();
        var detections = found.Index().SelectMany(p => p.Item.Select(face => (p.Index, face))).OrderByDescending(p => p.face.Score);
        foreach (var (picture, face) in detections)
        {
            var (best, overlap, small) = (-1, Match, false);
            for (var i = 0; i < labelled[picture].Count; i++)
            {
                var box = labelled[picture][i];
                var shared = box.IntersectionOverUnion(face.Box);
                if (Side(box) < minSide)
                {
                    small |= shared >= Match;
                }
                else if (!taken[picture][i] && shared >= overlap)
                {
                    (best, overlap) = (i, shared);
                }
            }

            if (best >= 0)
            {
                taken[picture][best] = true;
            }

            if (best >= 0 || (!small && Side(face.Box) >= minSide))
            {
                hits.Add((face.Score, best >= 0));
            }
        }

        var faces = labelled.Sum(boxes => boxes.Count(box => Side(box) >= minSide));
        return faces == 0 ? default : Summarize(hits, faces);
    }

    private static DetectionAccuracy Summarize(List<(float Score, bool Hit)> hits, int faces)
    {
        var curve = new List<(double Recall, double Precision)>();
        var (right, bestF1) = (0, -1.0);
        var best = default(DetectionAccuracy);
        foreach (var (score, hit) in hits)
        {
            right += hit ? 1 : 0;
            var (recall, precision) = ((double)right / faces, (double)right / (curve.Count + 1));
            curve.Add((recall, precision));
            var f1 = 2 * recall * precision / Math.Max(recall + precision, 1e-9);
            if (f1 > bestF1)
            {
                (bestF1, best) = (f1, new DetectionAccuracy(0, precision, recall, score));
            }
        }

        double area = 0, ceiling = 0;
        var last = curve.Count > 0 ? curve[^1].Recall : 0;
        foreach (var (recall, precision) in Enumerable.Reverse(curve))
        {
            area += (last - recall) * ceiling;
            (ceiling, last) = (Math.Max(ceiling, precision), recall);
        }

        return best with { AveragePrecision = area + (last * ceiling) };
    }
}
