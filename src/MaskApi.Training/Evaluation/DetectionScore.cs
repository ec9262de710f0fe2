using MaskApi.Training.Data;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Evaluation;

/// <summary>The pipeline's result for a picture.</summary>
/// <param name="Picture">The picture and its annotated faces.</param>
/// <param name="Width">Width of the upright picture, in pixels.</param>
/// <param name="Height">Height of the upright picture, in pixels.</param>
/// <param name="Faces">All detected faces, down to a low confidence.</param>
/// <param name="Cost">The cost of detection.</param>
/// <param name="DetectMs">Detection time, in milliseconds.</param>
/// <param name="ClassifyMs">Classification time, in milliseconds.</param>
public sealed record PictureAnswer(
    LabelledPicture Picture,
    int Width,
    int Height,
    IReadOnlyList<FaceVerdict> Faces,
    DetectionCost Cost,
    double DetectMs,
    double ClassifyMs);

/// <summary>Recall by size of face.</summary>
/// <param name="From">Minimum longer side, in pixels.</param>
/// <param name="To">Upper bound of the longer side, in pixels, exclusive; infinite for the last.</param>
/// <param name="Recall">Share found at the default threshold; NaN if there are no faces.</param>
/// <param name="Faces">Number of annotated faces.</param>
/// <param name="MedianOverlap">Median IoU of the found faces; NaN if there are none.</param>
public readonly record struct SizeRecall(double From, double To, double Recall, int Faces, double MedianOverlap);

/// <summary>Missed faces at the default threshold, by cause.</summary>
/// <param name="Box">Detected with too little overlap.</param>
/// <param name="Unsure">Detected below the threshold.</param>
/// <param name="Unseen">Not detected at all.</param>
public readonly record struct Misses(int Box, int Unsure, int Unseen);

/// <summary>
/// Detection and classification scores on a detection set. Matching is greedy by confidence, at an IoU of 0.5. As in COCO, detections
/// that overlap only ignored faces count neither way.
/// </summary>
public sealed record DetectionScore
{
    /// <summary>The service's default threshold.</summary>
    public const float Threshold = 0.5f;

    /// <summary>Default minimum IoU of a match.</summary>
    public const float Overlap = 0.5f;

    /// <summary>Minimum IoU with an ignored face, or with a missed face that is detected in another shape.</summary>
    public const float LooseOverlap = 0.3f;

    private static readonly double[] _sizes = [0, 16, 32, 64, double.PositiveInfinity];

    /// <summary>Number of pictures.</summary>
    public int Pictures { get; init; }

    /// <summary>Number of annotated faces.</summary>
    public int Faces { get; init; }

    /// <summary>Average precision of detection, whatever the label.</summary>
    public double AveragePrecision { get; init; }

    /// <summary>The same for faces of at least 20 pixels. Smaller ones are ignored.</summary>
    public double AveragePrecisionFrom20 { get; init; }

    /// <summary>Average precision of masked faces. The score is confidence × probability of a mask.</summary>
    public double AveragePrecisionWithMask { get; init; }

    /// <summary>Average precision of unmasked faces.</summary>
    public double AveragePrecisionWithoutMask { get; init; }

    /// <summary>Mean average precision over both labels.</summary>
    public double MeanAveragePrecision => (AveragePrecisionWithMask + AveragePrecisionWithoutMask) / 2;

    /// <summary>Recall at the default threshold.</summary>
    public double Recall { get; init; }

    /// <summary>Precision at the default threshold.</summary>
    public double Precision { get; init; }

    /// <summary>False positives per 100 pictures, at the default threshold.</summary>
    public double FalsePer100 { get; init; }

    /// <summary>Missed faces by cause.</summary>
    public Misses Misses { get; init; }

    /// <summary>Found faces with or without a mask that the probability of a mask classifies correctly.</summary>
    public Rate TwoLabels { get; init; }

    /// <summary>Mean recall of these two labels.</summary>
    public double TwoLabelsBalanced { get; init; }

    /// <summary>Recall by size of face.</summary>
    public IReadOnlyList<SizeRecall> BySize { get; init; } = [];

    /// <summary>Share of the faces of at least 20 pixels with one of the two labels that are found and classified correctly.</summary>
    public double EndToEndAccuracy { get; init; }

    /// <summary>Share of the found faces with an incorrectly worn mask that are classified as masked; NaN if there are none.</summary>
    public double IncorrectCalledMasked { get; init; }

    /// <summary>Number of found faces with an incorrectly worn mask.</summary>
    public int IncorrectFound { get; init; }

    /// <summary>Median detection time per picture, in milliseconds.</summary>
    public double MedianDetectMs { get; init; }

    /// <summary>Mean number of detector runs per picture.</summary>
    public double MeanRuns { get; init; }

    /// <summary>Mean number of detector input pixels per picture.</summary>
    public double MeanInputPixels { get; init; }

    /// <summary>Maximum number of detector input pixels for a picture.</summary>
    public long MaxInputPixels { get; init; }

    /// <summary>Computes the score and lists the found faces with their verdicts.</summary>
    /// <param name="answers">The pipeline's results.</param>
    /// <param name="overlap">Minimum IoU of a match.</param>
    /// <returns>The score, and the found faces for the label metrics.</returns>
    public static (DetectionScore Score, IReadOnlyList<JudgedFace> Judged) Of(IReadOnlyList<PictureAnswer> answers, float overlap = Overlap)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var all = Match(answers, overlap, _ => true, f => f.DetectionConfidence);
        var large = Match(answers, overlap, t => Side(t.Box) >= 20, f => f.DetectionConfidence, looseSide: 20);
        var confident = Match(answers, overlap, _ => true, f => f.DetectionConfidence, f => f.DetectionConfidence >= Threshold);
        JudgedFace[] judged = [.. confident.Pairs.Select(p => JudgedFace.Of(p.Picture, p.Found, Side(p.Truth.Box), p.Truth.Label))];
        var incorrect = confident.Pairs.Where(p => p.Truth.Label == FaceLabel.IncorrectMask).ToArray();
        var two = confident.Pairs.Where(p => p.Truth.Label != FaceLabel.IncorrectMask).ToArray();
        bool Right(Pair p) => p.Found.MaskProbability >= 0.5f == (p.Truth.Label == FaceLabel.WithMask);
        var wanted = answers.SelectMany(a => Counted(a, t => t.Label != FaceLabel.IncorrectMask && Side(t.Box) >= 20)).Count();
        var score = new DetectionScore
        {
            Pictures = answers.Count,
            Faces = answers.Sum(a => Counted(a, _ => true).Count()),
            AveragePrecision = all.AveragePrecision,
            AveragePrecisionFrom20 = large.AveragePrecision,
            AveragePrecisionWithMask = LabelPrecision(answers, overlap, FaceLabel.WithMask, f => f.MaskProbability),
            AveragePrecisionWithoutMask = LabelPrecision(answers, overlap, FaceLabel.WithoutMask, f => 1 - f.MaskProbability),
            Recall = Share(confident.Flags.Count(f => f), confident.Positives),
            Precision = Share(confident.Flags.Count(f => f), confident.Flags.Count),
            BySize = [.. _sizes.Zip(_sizes.Skip(1), (from, to) => Size(from, to, answers, confident))],
            EndToEndAccuracy = Share(two.Count(p => Side(p.Truth.Box) >= 20 && Right(p)), wanted),
            FalsePer100 = 100 * Share(confident.Flags.Count(f => !f), answers.Count),
            Misses = Missed(answers, confident, overlap),
            TwoLabels = new Rate(two.Count(Right), two.Length),
            TwoLabelsBalanced = two.Length == 0
                ? double.NaN
                : two.GroupBy(p => p.Truth.Label).Average(g => g.Average(p => Right(p) ? 1.0 : 0)),
            IncorrectCalledMasked = Share(incorrect.Count(p => p.Found.MaskProbability >= 0.5f), incorrect.Length),
            IncorrectFound = incorrect.Length,
            MedianDetectMs = answers.Select(a => a.DetectMs).Order().ElementAt(answers.Count / 2),
            MeanRuns = answers.Average(a => a.Cost.Runs),
            MeanInputPixels = answers.Average(a => a.Cost.InputPixels),
            MaxInputPixels = answers.Max(a => a.Cost.InputPixels),
        };
        return (score, judged);
    }

    private static IEnumerable<AnnotatedFace> Counted(PictureAnswer answer, Func<AnnotatedFace, bool> counts) =>
        answer.Picture.Faces.Where(t => !t.Ignored && counts(t));

    private static Misses Missed(IReadOnlyList<PictureAnswer> answers, Matching matching, float overlap)
    {
        var found = matching.Pairs.Select(p => (p.Picture, p.Truth)).ToHashSet();
        var (box, unsure, unseen) = (0, 0, 0);
        foreach (var answer in answers)
        {
            foreach (var truth in Counted(answer, t => !found.Contains((answer.Picture, t))))
            {
                bool Seen(float from, Func<FaceVerdict, bool> which) =>
                    answer.Faces.Any(f => which(f) && truth.Box.IntersectionOverUnion(f.Box) >= from);
                if (Seen(MathF.Min(LooseOverlap, overlap), f => f.DetectionConfidence >= Threshold))
                {
                    box++;
                }
                else if (Seen(MathF.Min(LooseOverlap, overlap), _ => true))
                {
                    unsure++;
                }
                else
                {
                    unseen++;
                }
            }
        }

        return new Misses(box, unsure, unseen);
    }

    private static double LabelPrecision(
        IReadOnlyList<PictureAnswer> answers, float overlap, FaceLabel label, Func<FaceVerdict, double> probability)
    {
        // Remove faces of the other label: a detection there is a false positive for this label.
        PictureAnswer[] view =
        [
            .. answers.Select(a => a with
            {
                Picture = a.Picture with
                {
                    Faces = [.. a.Picture.Faces.Where(f => f.Ignored || f.Label == label || f.Label == FaceLabel.IncorrectMask)],
                },
            }),
        ];
        var matching = Match(
            view, overlap, t => t.Label == label, f => f.DetectionConfidence * probability(f), f => probability(f) >= 0.5);
        return matching.AveragePrecision;
    }

    private static SizeRecall Size(double from, double to, IReadOnlyList<PictureAnswer> answers, Matching matching)
    {
        bool Within(AnnotatedFace face) => Side(face.Box) >= from && Side(face.Box) < to;
        var total = answers.Sum(a => Counted(a, Within).Count());
        var pairs = matching.Pairs.Where(p => Within(p.Truth));
        double[] overlaps = [.. pairs.Select(p => (double)p.Truth.Box.IntersectionOverUnion(p.Found.Box)).Order()];
        var median = overlaps.Length == 0 ? double.NaN : (overlaps[(overlaps.Length - 1) / 2] + overlaps[overlaps.Length / 2]) / 2;
        return new SizeRecall(from, to, Share(overlaps.Length, total), total, median);
    }

    private static Matching Match(
        IReadOnlyList<PictureAnswer> answers, float minOverlap, Func<AnnotatedFace, bool> counts, Func<FaceVerdict, double> score,
        Func<FaceVerdict, bool>? considered = null, double looseSide = 0)
    {
        var flags = new List<bool>();
        var pairs = new List<Pair>();
        var used = answers.ToDictionary(a => a, a => new bool[a.Picture.Faces.Count]);
        var found = answers
            .SelectMany(a => a.Faces.Where(f => considered?.Invoke(f) != false).Select(f => (Answer: a, Face: f)))
            .OrderByDescending(f => score(f.Face));
        foreach (var (answer, face) in found)
        {
            var (best, at, ignored) = (0f, -1, false);
            for (var i = 0; i < answer.Picture.Faces.Count; i++)
            {
                var truth = answer.Picture.Faces[i];
                var overlap = truth.Box.IntersectionOverUnion(face.Box);
                if (truth.Ignored || !counts(truth))
                {
                    ignored |= overlap >= (truth.Ignored ? LooseOverlap : minOverlap);
                }
                else if (!used[answer][i] && overlap > best)
                {
                    (best, at) = (overlap, i);
                }
            }

            if (best >= minOverlap)
            {
                used[answer][at] = true;
                flags.Add(true);
                pairs.Add(new Pair(answer.Picture, face, answer.Picture.Faces[at]));
            }
            else if (!ignored && Side(face.Box) >= looseSide)
            {
                flags.Add(false);
            }
        }

        return new Matching(flags, pairs, answers.Sum(a => Counted(a, counts).Count()));
    }

    private static double Side(PixelBox box) => Math.Max(box.Width, box.Height);

    private static double Share(double part, double all) => all == 0 ? double.NaN : part / all;

    private readonly record struct Pair(LabelledPicture Picture, FaceVerdict Found, AnnotatedFace Truth);

    private sealed record Matching(IReadOnlyList<bool> Flags, IReadOnlyList<Pair> Pairs, int Positives)
    {
        /// <summary>Area under the precision-recall curve, with precision made monotonic.</summary>
        public double AveragePrecision
        {
            get
            {
                if (Positives == 0)
                {
                    return double.NaN;
                }

                var precision = new double[Flags.Count];
                var hits = 0;
                for (var i = 0; i < Flags.Count; i++)
                {
                    hits += Flags[i] ? 1 : 0;
                    precision[i] = (double)hits / (i + 1);
                }

                double area = 0, best = 0;
                for (var i = Flags.Count - 1; i >= 0; i--)
                {
                    best = Math.Max(best, precision[i]);
                    area += Flags[i] ? best : 0;
                }

                return area / Positives;
            }
        }
    }
}
