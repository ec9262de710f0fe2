using MaskApi.Training.Data;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Evaluation;

/// <summary>What the pipeline said about a picture.</summary>
/// <param name="Picture">The picture and its drawn faces.</param>
/// <param name="Width">Of the upright picture, pixels.</param>
/// <param name="Height">Of the upright picture, pixels.</param>
/// <param name="Faces">Every face it reported, down to a low confidence.</param>
/// <param name="Cost">What finding them cost.</param>
/// <param name="DetectMs">Time for finding faces, milliseconds.</param>
/// <param name="ClassifyMs">Time for judging them, milliseconds.</param>
public sealed record PictureAnswer(
    LabelledPicture Picture, int Width, int Height, IReadOnlyList<FaceVerdict> Faces, DetectionCost Cost, double DetectMs, double ClassifyMs);

/// <summary>Recall of faces of one size.</summary>
/// <param name="From">Least longer side, pixels.</param>
/// <param name="To">Bound of the longer side, pixels; infinite for the last.</param>
/// <param name="Recall">Share found at the default threshold; NaN where there are none.</param>
/// <param name="Faces">Number of drawn faces.</param>
public readonly record struct SizeRecall(double From, double To, double Recall, int Faces);

/// <summary>
/// How well faces are found and judged on a detection set. Matching is greedy by confidence at an overlap (intersection over union) of
/// one half; what overlaps only faces that do not count in a figure is itself not counted there, as in COCO.
/// </summary>
public sealed record DetectionScore
{
    /// <summary>The service's default threshold.</summary>
    public const float Threshold = 0.5f;

    /// <summary>Overlap from which on a found face is a drawn one.</summary>
    public const float Overlap = 0.5f;

    private static readonly double[] _sizes = [0, 16, 32, 64, double.PositiveInfinity];

    /// <summary>Number of pictures.</summary>
    public int Pictures { get; init; }

    /// <summary>Number of drawn faces.</summary>
    public int Faces { get; init; }

    /// <summary>Average precision of finding a face, whatever its label.</summary>
    public double AveragePrecision { get; init; }

    /// <summary>The same for faces of at least 20 pixels; smaller ones are ignored.</summary>
    public double AveragePrecisionFrom20 { get; init; }

    /// <summary>Average precision of masked faces; the score is confidence × probability of a mask.</summary>
    public double AveragePrecisionWithMask { get; init; }

    /// <summary>Average precision of unmasked faces.</summary>
    public double AveragePrecisionWithoutMask { get; init; }

    /// <summary>Mean of both labels' average precisions.</summary>
    public double MeanAveragePrecision => (AveragePrecisionWithMask + AveragePrecisionWithoutMask) / 2;

    /// <summary>Share of drawn faces found at the default threshold.</summary>
    public double Recall { get; init; }

    /// <summary>Share of reported faces that are drawn ones, at the default threshold.</summary>
    public double Precision { get; init; }

    /// <summary>Recall by size of face.</summary>
    public IReadOnlyList<SizeRecall> BySize { get; init; } = [];

    /// <summary>Faces of at least 20 pixels, found and rightly judged, of all such faces with one of the two labels.</summary>
    public double EndToEndAccuracy { get; init; }

    /// <summary>Of the found faces whose mask is worn wrongly, the share called masked; NaN where there are none.</summary>
    public double IncorrectCalledMasked { get; init; }

    /// <summary>Number of found faces whose mask is worn wrongly.</summary>
    public int IncorrectFound { get; init; }

    /// <summary>Median time for finding the faces of a picture, milliseconds.</summary>
    public double MedianDetectMs { get; init; }

    /// <summary>Mean runs of the detector per picture.</summary>
    public double MeanRuns { get; init; }

    /// <summary>Mean pixels of the detector's inputs per picture.</summary>
    public double MeanInputPixels { get; init; }

    /// <summary>Most pixels of the detector's inputs for a picture.</summary>
    public long MostInputPixels { get; init; }

    /// <summary>Computes the score, and lists the found faces with either label.</summary>
    /// <param name="answers">What the pipeline said.</param>
    /// <returns>The score, and the judged faces for the label figures.</returns>
    public static (DetectionScore Score, IReadOnlyList<JudgedFace> Judged) Of(IReadOnlyList<PictureAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var all = Match(answers, _ => true, f => f.DetectionConfidence);
        var large = Match(answers, t => Side(t.Box) >= 20, f => f.DetectionConfidence, looseSide: 20);
        var confident = Match(answers, _ => true, f => f.DetectionConfidence, f => f.DetectionConfidence >= Threshold);
        var judged = confident.Pairs
            .Where(p => p.Truth.Label != FaceLabel.IncorrectMask)
            .Select(p => new JudgedFace(p.Picture, p.Found.Box, Side(p.Truth.Box), p.Truth.Label, p.Found.MaskProbability))
            .ToArray();
        var incorrect = confident.Pairs.Where(p => p.Truth.Label == FaceLabel.IncorrectMask).ToArray();
        var wanted = answers.SelectMany(a => a.Picture.Faces).Count(t => t.Label != FaceLabel.IncorrectMask && Side(t.Box) >= 20);
        var score = new DetectionScore
        {
            Pictures = answers.Count,
            Faces = answers.Sum(a => a.Picture.Faces.Count),
            AveragePrecision = all.AveragePrecision,
            AveragePrecisionFrom20 = large.AveragePrecision,
            AveragePrecisionWithMask = LabelPrecision(answers, FaceLabel.WithMask, f => f.MaskProbability),
            AveragePrecisionWithoutMask = LabelPrecision(answers, FaceLabel.WithoutMask, f => 1 - f.MaskProbability),
            Recall = Share(confident.Flags.Count(f => f), confident.Positives),
            Precision = Share(confident.Flags.Count(f => f), confident.Flags.Count),
            BySize = [.. _sizes.Zip(_sizes.Skip(1), (from, to) => Size(from, to, answers, confident))],
            EndToEndAccuracy = Share(judged.Count(j => j.Side >= 20 && j.Right), wanted),
            IncorrectCalledMasked = Share(incorrect.Count(p => p.Found.MaskProbability >= 0.5f), incorrect.Length),
            IncorrectFound = incorrect.Length,
            MedianDetectMs = answers.Select(a => a.DetectMs).Order().ElementAt(answers.Count / 2),
            MeanRuns = answers.Average(a => a.Cost.Runs),
            MeanInputPixels = answers.Average(a => a.Cost.InputPixels),
            MostInputPixels = answers.Max(a => a.Cost.InputPixels),
        };
        return (score, judged);
    }

    private static double LabelPrecision(IReadOnlyList<PictureAnswer> answers, FaceLabel label, Func<FaceVerdict, double> probability)
    {
        // Faces of the other label are not there at all: a box on one of them is a false alarm for this label.
        PictureAnswer[] view =
        [
            .. answers.Select(a => a with
            {
                Picture = a.Picture with { Faces = [.. a.Picture.Faces.Where(f => f.Label == label || f.Label == FaceLabel.IncorrectMask)] },
            }),
        ];
        return Match(view, t => t.Label == label, f => f.DetectionConfidence * probability(f), f => probability(f) >= 0.5).AveragePrecision;
    }

    private static SizeRecall Size(double from, double to, IReadOnlyList<PictureAnswer> answers, Matching matching)
    {
        bool Within(AnnotatedFace face) => Side(face.Box) >= from && Side(face.Box) < to;
        var total = answers.Sum(a => a.Picture.Faces.Count(Within));
        return new SizeRecall(from, to, Share(matching.Pairs.Count(p => Within(p.Truth)), total), total);
    }

    private static Matching Match(
        IReadOnlyList<PictureAnswer> answers, Func<AnnotatedFace, bool> counts, Func<FaceVerdict, double> score, Func<FaceVerdict, bool>? considered = null, double looseSide = 0)
    {
        var flags = new List<bool>();
        var pairs = new List<Pair>();
        var used = answers.ToDictionary(a => a, a => new bool[a.Picture.Faces.Count]);
        var found = answers.SelectMany(a => a.Faces.Where(f => considered?.Invoke(f) != false).Select(f => (Answer: a, Face: f))).OrderByDescending(f => score(f.Face));
        foreach (var (answer, face) in found)
        {
            var (best, at, ignored) = (0f, -1, false);
            for (var i = 0; i < answer.Picture.Faces.Count; i++)
            {
                var truth = answer.Picture.Faces[i];
                var overlap = truth.Box.IntersectionOverUnion(face.Box);
                if (!counts(truth))
                    ignored |= overlap >= Overlap;
                else if (!used[answer][i] && overlap > best)
                    (best, at) = (overlap, i);
            }

            if (best >= Overlap)
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

        return new Matching(flags, pairs, answers.Sum(a => a.Picture.Faces.Count(counts)));
    }

    private static double Side(PixelBox box) => Math.Max(box.Width, box.Height);

    private static double Share(double part, double all) => all == 0 ? double.NaN : part / all;

    private readonly record struct Pair(LabelledPicture Picture, FaceVerdict Found, AnnotatedFace Truth);

    private sealed record Matching(IReadOnlyList<bool> Flags, IReadOnlyList<Pair> Pairs, int Positives)
    {
        /// <summary>Area under precision over recall, precision made never to rise with recall.</summary>
        public double AveragePrecision
        {
            get
            {
                if (Positives == 0)
                    return double.NaN;
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

/// <summary>A found face with one of the two labels, and what the classifier says.</summary>
/// <param name="Picture">Its picture.</param>
/// <param name="Box">The detector's box, pixels of the upright picture.</param>
/// <param name="Side">Longer side of the face as drawn (or as found, where nothing is drawn), pixels.</param>
/// <param name="Label">What people say.</param>
/// <param name="MaskProbability">What the classifier says, 0–1.</param>
public sealed record JudgedFace(LabelledPicture Picture, PixelBox Box, double Side, FaceLabel Label, float MaskProbability)
{
    /// <summary>Whether the likelier label is the right one.</summary>
    public bool Right => MaskProbability >= 0.5f == (Label == FaceLabel.WithMask);
}
