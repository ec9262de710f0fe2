namespace MaskApi.Vision;

/// <summary>Logistic regression as it is used: what fits it is in <c>MaskApi.Training</c>.</summary>
internal static class Logistic
{
    /// <summary>Probabilities closer than this to 0 and 1 count as this close: the log odds of certainty are infinite.</summary>
    private const float Certain = 1e-4f;

    /// <summary>The log odds that the features speak for.</summary>
    /// <param name="weights">The constant, then one weight for each sign.</param>
    /// <param name="features">The observation.</param>
    internal static float Logit(ReadOnlySpan<float> weights, ReadOnlySpan<float> features)
    {
        var logit = weights[0];
        for (var i = 0; i < features.Length; i++)
        {
            logit += weights[i + 1] * features[i];
        }

        return logit;
    }

    /// <summary>The probability, 0–1, of log odds.</summary>
    internal static float Sigmoid(float logit) => 1 / (1 + MathF.Exp(-logit));

    /// <summary>The log odds of a probability, 0–1.</summary>
    internal static float LogOdds(float probability)
    {
        var p = Math.Clamp(probability, Certain, 1 - Certain);
        return MathF.Log(p / (1 - p));
    }
}
