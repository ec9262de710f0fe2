namespace MaskApi.Training.Fitting;

/// <summary>
/// Temperature scaling: divides logits by the temperature that maximizes the likelihood of held-out labels (Guo et al., 2017).
/// </summary>
/// <remarks>
/// Labels count as (n + 1) / (n + 2) sure, where n is the number of faces of their class (Platt, 1999). Otherwise a network without a
/// mistake on a few hundred faces would become infinitely sure of itself.
/// </remarks>
public static class TemperatureScaling
{
    private const double MinTemperature = 0.05;
    private const double MaxTemperature = 20;

    /// <summary>Fits the temperature by golden-section search; the likelihood is unimodal.</summary>
    /// <param name="logits">Logits of faces that were not trained on.</param>
    /// <param name="masked">Their labels.</param>
    /// <param name="weights">Weight of each; null for equal weights.</param>
    /// <returns>The temperature, 0.05–20: above 1 if the network is overconfident.</returns>
    public static double Fit(IReadOnlyList<float> logits, IReadOnlyList<bool> masked, IReadOnlyList<double>? weights = null)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(masked);
        var (positives, negatives) = (masked.Count(m => m), masked.Count(m => !m));
        var (doubtMasked, doubtBare) = (1.0 / (positives + 2), 1.0 / (negatives + 2));
        double Loss(double logTemperature)
        {
            var temperature = Math.Exp(logTemperature);
            var sum = 0.0;
            for (var i = 0; i < logits.Count; i++)
            {
                var (logit, doubt) = (logits[i] / temperature, masked[i] ? doubtMasked : doubtBare);
                sum += (weights?[i] ?? 1) * (((1 - doubt) * CrossEntropy(logit, masked[i])) + (doubt * CrossEntropy(logit, !masked[i])));
            }

            return sum;
        }

        var ratio = (Math.Sqrt(5) - 1) / 2;
        var (low, high) = (Math.Log(MinTemperature), Math.Log(MaxTemperature));
        var (a, b) = (high - (ratio * (high - low)), low + (ratio * (high - low)));
        var (atA, atB) = (Loss(a), Loss(b));
        while (high - low > 1e-4)
        {
            if (atA < atB)
            {
                (high, b, atB) = (b, a, atA);
                a = high - (ratio * (high - low));
                atA = Loss(a);
            }
            else
            {
                (low, a, atA) = (a, b, atB);
                b = low + (ratio * (high - low));
                atB = Loss(b);
            }
        }

        return Math.Exp((low + high) / 2);
    }

    /// <summary>Numerically stable cross-entropy of a logit.</summary>
    /// <param name="logit">Above 0 means a mask.</param>
    /// <param name="masked">The true label.</param>
    public static double CrossEntropy(double logit, bool masked)
    {
        var x = masked ? -logit : logit;
        return Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
    }

    /// <summary>The probability that belongs to a logit.</summary>
    /// <param name="logit">Any number.</param>
    public static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));
}
