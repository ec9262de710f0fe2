using System.Text.Json.Serialization;
using MaskApi.Training.Data;

namespace MaskApi.Training.Network;

/// <summary>The outputs of the classifier's last dense layer.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VerdictHead>))]
public enum VerdictHead
{
    /// <summary>One logit: is there a mask? The original project's question; knows nothing of incorrectly worn masks.</summary>
    Mask,

    /// <summary>Two logits: is there a mask, and if so, does it cover nose and mouth?</summary>
    MaskAndFit,

    /// <summary>Three logits, one per label, with a softmax.</summary>
    Softmax,
}

/// <summary>Converts the logits of a head to probabilities of the labels.</summary>
public static class VerdictHeads
{
    /// <summary>Number of labels.</summary>
    public const int LabelCount = 3;

    /// <summary>Number of logits of a head.</summary>
    /// <param name="head">The head.</param>
    public static int LogitCount(this VerdictHead head) => head switch
    {
        VerdictHead.Mask => 1,
        VerdictHead.MaskAndFit => 2,
        _ => LabelCount,
    };

    /// <summary>Whether a head can learn anything from faces with a label.</summary>
    /// <param name="head">The head.</param>
    /// <param name="label">The label.</param>
    public static bool Knows(this VerdictHead head, FaceLabel label) => head != VerdictHead.Mask || label != FaceLabel.IncorrectMask;

    /// <summary>The likeliest label.</summary>
    /// <param name="head">The head.</param>
    /// <param name="logits">The <see cref="LogitCount"/> logits of one face.</param>
    public static FaceLabel Verdict(this VerdictHead head, ReadOnlySpan<float> logits)
    {
        var p = head.Probabilities(logits);
        return (FaceLabel)Array.IndexOf(p, p.Max());
    }

    /// <summary>Probabilities of the labels, uncalibrated.</summary>
    /// <param name="head">The head.</param>
    /// <param name="logits">The <see cref="LogitCount"/> logits of one face.</param>
    public static double[] Probabilities(this VerdictHead head, ReadOnlySpan<float> logits) => head.Probabilities(logits, [1, 1, 1]);

    /// <summary>Probabilities of the labels.</summary>
    /// <param name="head">The head.</param>
    /// <param name="logits">Its <see cref="LogitCount"/> logits of one face.</param>
    /// <param name="temperatures">Divisor of each logit.</param>
    /// <returns>Indexed by <see cref="FaceLabel"/>; they sum to 1.</returns>
    public static double[] Probabilities(this VerdictHead head, ReadOnlySpan<float> logits, ReadOnlySpan<double> temperatures)
    {
        var p = new double[LabelCount];
        if (head == VerdictHead.Softmax)
        {
            for (var i = 0; i < p.Length; i++)
            {
                p[i] = logits[i] / temperatures[i];
            }

            var max = p.Max();
            var sum = 0.0;
            for (var i = 0; i < p.Length; i++)
            {
                sum += p[i] = Math.Exp(p[i] - max);
            }

            for (var i = 0; i < p.Length; i++)
            {
                p[i] /= sum;
            }

            return p;
        }

        var mask = Fitting.TemperatureScaling.Sigmoid(logits[0] / temperatures[0]);
        var fit = head == VerdictHead.MaskAndFit ? Fitting.TemperatureScaling.Sigmoid(logits[1] / temperatures[1]) : 1;
        p[(int)FaceLabel.WithoutMask] = 1 - mask;
        p[(int)FaceLabel.WithMask] = mask * fit;
        p[(int)FaceLabel.IncorrectMask] = mask * (1 - fit);
        return p;
    }
}
