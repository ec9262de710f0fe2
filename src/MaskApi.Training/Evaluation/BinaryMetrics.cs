namespace MaskApi.Training.Evaluation;

/// <summary>A classified face.</summary>
/// <param name="Probability">Probability of a mask, 0–1.</param>
/// <param name="Masked">The true class.</param>
public readonly record struct Judgement(double Probability, bool Masked);

/// <summary>Precision, recall and F1 of one class.</summary>
/// <param name="Precision">Share of the faces predicted as the class that belong to it.</param>
/// <param name="Recall">Share of the faces of the class that are predicted as it.</param>
/// <param name="F1">Harmonic mean of precision and recall.</param>
/// <param name="Support">Number of faces of the class.</param>
public readonly record struct ClassReport(double Precision, double Recall, double F1, int Support);

/// <summary>A point of a curve.</summary>
/// <param name="X">False positive rate (ROC) or recall (PR).</param>
/// <param name="Y">True positive rate (ROC) or precision (PR).</param>
/// <param name="Threshold">Minimum probability for a face to count as masked.</param>
public readonly record struct CurvePoint(double X, double Y, double Threshold);

/// <summary>A bin of a reliability diagram.</summary>
/// <param name="MeanProbability">Mean predicted probability of a mask.</param>
/// <param name="MaskedShare">Share of faces that wear a mask.</param>
/// <param name="Count">Number of faces.</param>
public readonly record struct ReliabilityBin(double MeanProbability, double MaskedShare, int Count);

/// <summary>Metrics of binary predictions with probabilities. A mask is the positive class; the default threshold is 0.5.</summary>
public sealed class BinaryMetrics
{
    private readonly Judgement[] _sorted;

    /// <summary>Prepares the metrics.</summary>
    /// <param name="judgements">The classified faces, at least one.</param>
    public BinaryMetrics(IEnumerable<Judgement> judgements)
    {
        _sorted = [.. judgements.OrderBy(j => j.Probability).ThenBy(j => j.Masked)];
        if (_sorted.Length == 0)
        {
            throw new ArgumentException("At least one face is needed.", nameof(judgements));
        }

        Positives = _sorted.Count(j => j.Masked);
    }

    /// <summary>Number of faces.</summary>
    public int Count => _sorted.Length;

    /// <summary>Number of masked faces.</summary>
    public int Positives { get; }

    /// <summary>Number of unmasked faces.</summary>
    public int Negatives => Count - Positives;

    /// <summary>Confusion matrix at a threshold.</summary>
    /// <param name="threshold">Minimum probability for a face to count as masked.</param>
    public (int TruePositive, int FalsePositive, int FalseNegative, int TrueNegative) Confusion(double threshold = 0.5)
    {
        var tp = _sorted.Count(j => j.Probability >= threshold && j.Masked);
        var fp = _sorted.Count(j => j.Probability >= threshold && !j.Masked);
        return (tp, fp, Positives - tp, Negatives - fp);
    }

    /// <summary>Share of correct predictions.</summary>
    /// <param name="threshold">Minimum probability for a face to count as masked.</param>
    public double Accuracy(double threshold = 0.5)
    {
        var (tp, _, _, tn) = Confusion(threshold);
        return (double)(tp + tn) / Count;
    }

    /// <summary>Mean recall of both classes, or the recall of the only class present.</summary>
    /// <param name="threshold">Minimum probability for a face to count as masked.</param>
    public double BalancedAccuracy(double threshold = 0.5)
    {
        var (tp, _, _, tn) = Confusion(threshold);
        return Positives == 0 ? (double)tn / Negatives
            : Negatives == 0 ? (double)tp / Positives
            : (((double)tp / Positives) + ((double)tn / Negatives)) / 2;
    }

    /// <summary>Precision, recall and F1 of a class. Undefined values are 0.</summary>
    /// <param name="masked">The class.</param>
    /// <param name="threshold">Minimum probability for a face to count as masked.</param>
    public ClassReport Report(bool masked, double threshold = 0.5)
    {
        var (tp, fp, fn, tn) = Confusion(threshold);
        var (right, wrong, missed) = masked ? (tp, fp, fn) : (tn, fn, fp);
        var precision = right + wrong == 0 ? 0 : (double)right / (right + wrong);
        var recall = right + missed == 0 ? 0 : (double)right / (right + missed);
        var f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
        return new ClassReport(precision, recall, f1, right + missed);
    }

    /// <summary>Mean binary cross-entropy. Probabilities are clamped at 1e-7, as in Keras.</summary>
    public double LogLoss() => _sorted.Average(j => -Math.Log(Math.Clamp(j.Masked ? j.Probability : 1 - j.Probability, 1e-7, 1)));

    /// <summary>Mean squared error of the probabilities (Brier, 1950).</summary>
    public double Brier() => _sorted.Average(j => Math.Pow(j.Probability - (j.Masked ? 1 : 0), 2));

    /// <summary>Bins of equal count, in ascending order of probability.</summary>
    /// <param name="bins">Maximum number of bins.</param>
    public IReadOnlyList<ReliabilityBin> Reliability(int bins = 10)
    {
        var size = Math.Max(1, Count / bins);
        return
        [
            .. _sorted.Chunk(size).Select(
                c => new ReliabilityBin(c.Average(j => j.Probability), c.Average(j => j.Masked ? 1.0 : 0.0), c.Length)),
        ];
    }

    /// <summary>Expected calibration error over bins of equal count: mean gap between predicted probability and observed share.</summary>
    /// <param name="bins">Number of bins.</param>
    public double ExpectedCalibrationError(int bins = 10) =>
        Reliability(bins).Sum(b => b.Count * Math.Abs(b.MeanProbability - b.MaskedShare)) / Count;

    /// <summary>The receiver operating characteristic, from (0, 0) to (1, 1).</summary>
    public IReadOnlyList<CurvePoint> Roc()
    {
        var points = new List<CurvePoint> { new(0, 0, 1) };
        foreach (var (tp, fp, threshold) in Steps())
        {
            points.Add(new CurvePoint(fp / (double)Math.Max(1, Negatives), tp / (double)Math.Max(1, Positives), threshold));
        }

        return points;
    }

    /// <summary>Area under the ROC curve: the probability that a masked face scores above an unmasked one.</summary>
    public double RocArea()
    {
        var points = Roc();
        return points.Zip(points.Skip(1)).Sum(p => (p.Second.X - p.First.X) * (p.First.Y + p.Second.Y) / 2);
    }

    /// <summary>The precision-recall curve, in ascending order of recall.</summary>
    public IReadOnlyList<CurvePoint> PrecisionRecall() =>
        [.. Steps().Select(s => new CurvePoint(s.Tp / (double)Math.Max(1, Positives), s.Tp / (double)(s.Tp + s.Fp), s.Threshold))];

    /// <summary>Average precision: precision summed over the recall steps, without interpolation.</summary>
    public double AveragePrecision()
    {
        double area = 0, last = 0;
        foreach (var point in PrecisionRecall())
        {
            area += (point.X - last) * point.Y;
            last = point.X;
        }

        return area;
    }

    /// <summary>95 % confidence interval of a proportion (Wilson, 1927).</summary>
    /// <param name="hits">Successes.</param>
    /// <param name="count">Trials, at least 1.</param>
    public static (double Low, double High) Interval(double hits, double count)
    {
        const double Z = 1.96;
        var p = hits / count;
        var center = p + (Z * Z / (2 * count));
        var reach = Z * Math.Sqrt((p * (1 - p) / count) + (Z * Z / (4 * count * count)));
        var scale = 1 + (Z * Z / count);
        // At the ends, rounding would leave a hair: no mistake in this group would then be more than no mistake at all.
        return (hits <= 0 ? 0 : (center - reach) / scale, hits >= count ? 1 : (center + reach) / scale);
    }

    /// <summary>True and false positives as the threshold falls, one step per distinct probability.</summary>
    private IEnumerable<(int Tp, int Fp, double Threshold)> Steps()
    {
        int tp = 0, fp = 0;
        for (var i = _sorted.Length - 1; i >= 0; i--)
        {
            if (_sorted[i].Masked)
            {
                tp++;
            }
            else
            {
                fp++;
            }

            if (i == 0 || _sorted[i - 1].Probability != _sorted[i].Probability)
            {
                yield return (tp, fp, _sorted[i].Probability);
            }
        }
    }
}
