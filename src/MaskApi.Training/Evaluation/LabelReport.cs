using MaskApi.Training.Data;
using MaskApi.Training.Fitting;

namespace MaskApi.Training.Evaluation;

/// <summary>Accuracy of faces of one size.</summary>
/// <param name="From">Least longer side, pixels.</param>
/// <param name="To">Bound of the longer side, pixels; infinite for the last.</param>
/// <param name="Accuracy">0–1; NaN where there are none.</param>
/// <param name="WithMask">Number of masked faces.</param>
/// <param name="WithoutMask">Number of unmasked faces.</param>
public readonly record struct SizeAccuracy(double From, double To, double Accuracy, int WithMask, int WithoutMask);

/// <summary>What a threshold would mean.</summary>
/// <param name="Threshold">Probability from which on a face counts as masked.</param>
/// <param name="Accuracy">0–1.</param>
/// <param name="BalancedAccuracy">0–1.</param>
/// <param name="MaskPrecision">Of those called masked, the share that is.</param>
/// <param name="MaskRecall">Of the masked, the share called so.</param>
/// <param name="WithoutMaskRecall">Of the unmasked, the share called so.</param>
public readonly record struct ThresholdRow(
    double Threshold, double Accuracy, double BalancedAccuracy, double MaskPrecision, double MaskRecall, double WithoutMaskRecall);

/// <summary>Everything about how faces that were found are judged.</summary>
public sealed class LabelReport
{
    private static readonly double[] _sizes = [0, 16, 32, 64, 128, double.PositiveInfinity];
    private static readonly double[] _thresholds = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    /// <summary>Computes the report.</summary>
    /// <param name="faces">The judged faces.</param>
    /// <param name="temperature">Of the calibration inside the model, to report what it changed.</param>
    public LabelReport(IReadOnlyList<JudgedFace> faces, double temperature)
    {
        Faces = faces;
        Temperature = temperature;
        Calibrated = new BinaryMetrics(faces.Select(f => new Judgement(f.MaskProbability, f.Label == FaceLabel.WithMask)));
        Raw = new BinaryMetrics(faces.Select(f => new Judgement(Uncalibrated(f.MaskProbability, temperature), f.Label == FaceLabel.WithMask)));
        BySize =
        [
            .. _sizes.Zip(_sizes.Skip(1), (from, to) =>
            {
                var within = faces.Where(f => f.Side >= from && f.Side < to).ToArray();
                var masked = within.Count(f => f.Label == FaceLabel.WithMask);
                return new SizeAccuracy(from, to, within.Length == 0 ? double.NaN : within.Average(f => f.Right ? 1.0 : 0), masked, within.Length - masked);
            }),
        ];
        Thresholds =
        [
            .. _thresholds.Select(t => new ThresholdRow(
                t, Calibrated.Accuracy(t), Calibrated.BalancedAccuracy(t), Calibrated.Report(true, t).Precision, Calibrated.Report(true, t).Recall,
                Calibrated.Report(false, t).Recall)),
        ];
    }

    /// <summary>The faces.</summary>
    public IReadOnlyList<JudgedFace> Faces { get; }

    /// <summary>The calibration's temperature.</summary>
    public double Temperature { get; }

    /// <summary>Figures of the probabilities as served.</summary>
    public BinaryMetrics Calibrated { get; }

    /// <summary>Figures of the probabilities before calibration.</summary>
    public BinaryMetrics Raw { get; }

    /// <summary>Accuracy by size of face.</summary>
    public IReadOnlyList<SizeAccuracy> BySize { get; }

    /// <summary>The table of thresholds.</summary>
    public IReadOnlyList<ThresholdRow> Thresholds { get; }

    /// <summary>The wrong answers, surest first.</summary>
    public IEnumerable<JudgedFace> Mistakes => Faces.Where(f => !f.Right).OrderByDescending(f => Math.Abs(f.MaskProbability - 0.5f));

    private static double Uncalibrated(float probability, double temperature)
    {
        var p = Math.Clamp(probability, 1e-7, 1 - 1e-7);
        return TemperatureScaling.Sigmoid(temperature * Math.Log(p / (1 - p)));
    }
}
