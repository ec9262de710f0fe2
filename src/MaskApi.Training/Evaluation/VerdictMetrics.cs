using MaskApi.Training.Data;

namespace MaskApi.Training.Evaluation;

/// <summary>A face's probabilities and true label.</summary>
/// <param name="Probabilities">Probabilities of the labels, in the order of <see cref="FaceLabel"/>.</param>
/// <param name="Label">The true label.</param>
public readonly record struct JudgedVerdict(IReadOnlyList<double> Probabilities, FaceLabel Label)
{
    /// <summary>The likeliest label. Ties go to the mask, as a binary classifier's 0.5 counts as a mask.</summary>
    public FaceLabel Verdict
    {
        get
        {
            var best = FaceLabel.WithMask;
            foreach (var other in (ReadOnlySpan<FaceLabel>)[FaceLabel.WithoutMask, FaceLabel.IncorrectMask])
            {
                best = Probabilities[(int)other] > Probabilities[(int)best] ? other : best;
            }

            return best;
        }
    }

    /// <summary>Probability of the likeliest label.</summary>
    public double Confidence => Probabilities[(int)Verdict];

    /// <summary>Whether the likeliest label is correct.</summary>
    public bool Right => Verdict == Label;
}

/// <summary>Metrics of predictions with a probability for each label. The verdict is the likeliest label.</summary>
/// <param name="faces">The classified faces, at least one.</param>
public sealed class VerdictMetrics(IReadOnlyList<JudgedVerdict> faces)
{
    /// <summary>Number of faces.</summary>
    public int Count => faces.Count;

    /// <summary>Number of faces by true label and verdict.</summary>
    /// <param name="label">The true label.</param>
    /// <param name="verdict">The verdict.</param>
    public int Confusion(FaceLabel label, FaceLabel verdict) => faces.Count(f => f.Label == label && f.Verdict == verdict);

    /// <summary>Share of correct verdicts.</summary>
    public double Accuracy() => faces.Average(f => f.Right ? 1.0 : 0);

    /// <summary>Mean recall over the labels that occur.</summary>
    public double BalancedAccuracy() => faces.GroupBy(f => f.Label).Average(label => label.Average(f => f.Right ? 1.0 : 0));

    /// <summary>Precision, recall and F1 of a label. Undefined values are 0.</summary>
    /// <param name="label">The label.</param>
    public ClassReport Report(FaceLabel label)
    {
        var right = Confusion(label, label);
        var (called, support) = (faces.Count(f => f.Verdict == label), faces.Count(f => f.Label == label));
        var precision = called == 0 ? 0 : (double)right / called;
        var recall = support == 0 ? 0 : (double)right / support;
        return new ClassReport(precision, recall, precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall), support);
    }

    /// <summary>Mean negative log likelihood of the true label. Probabilities are clamped at 1e-7.</summary>
    public double LogLoss() => faces.Average(f => -Math.Log(Math.Max(1e-7, f.Probabilities[(int)f.Label])));

    /// <summary>Mean squared error of the probabilities, summed over the labels (Brier, 1950).</summary>
    public double Brier() => faces.Average(f => f.Probabilities.Index().Sum(p => Math.Pow(p.Item - ((int)f.Label == p.Index ? 1 : 0), 2)));

    /// <summary>Bins of equal count by the probability of the likeliest label, in ascending order: predicted and observed.</summary>
    /// <param name="bins">Maximum number of bins.</param>
    public IReadOnlyList<ReliabilityBin> Reliability(int bins = 10) =>
    [
        .. faces.OrderBy(f => f.Confidence).ThenBy(f => f.Right).Chunk(Math.Max(1, Count / bins))
            .Select(bin => new ReliabilityBin(bin.Average(f => f.Confidence), bin.Average(f => f.Right ? 1.0 : 0), bin.Length)),
    ];

    /// <summary>Expected calibration error of the likeliest label.</summary>
    /// <param name="bins">Number of bins of equal count.</param>
    public double ExpectedCalibrationError(int bins = 10) =>
        Reliability(bins).Sum(b => b.Count * Math.Abs(b.MeanProbability - b.MaskedShare)) / Count;

    /// <summary>Metrics of one label against the rest.</summary>
    /// <param name="label">The label, the positive class.</param>
    public BinaryMetrics Against(FaceLabel label) =>
        new(faces.Select(f => new Judgement(f.Probabilities[(int)label], f.Label == label)));
}
