using System.Numerics;

namespace MaskApi.Vision;

/// <summary>Logistic regression: evaluation. Fitting is in <c>MaskApi.Training</c>.</summary>
internal static class Logistic
{
    /// <summary>Probabilities are kept this far from 0 and 1, as the log odds of certainty are infinite.</summary>
    private const float Certain = 1e-4f;

    /// <summary>The log odds of an observation.</summary>
    /// <param name="weights">The intercept, then one weight per feature.</param>
    /// <param name="features">The observation's features.</param>
    internal static T Logit<T>(ReadOnlySpan<T> weights, ReadOnlySpan<float> features) where T : INumber<T>
    {
        var logit = weights[0];
        for (var i = 0; i < features.Length; i++)
        {
            logit += weights[i + 1] * T.CreateTruncating(features[i]);
        }

        return logit;
    }

    /// <summary>The probability, 0–1, of log odds.</summary>
    internal static T Sigmoid<T>(T logit) where T : IExponentialFunctions<T> => T.One / (T.One + T.Exp(-logit));

    /// <summary>The log odds of a probability, 0–1.</summary>
    internal static float LogOdds(float probability)
    {
        var p = Math.Clamp(probability, Certain, 1 - Certain);
        return MathF.Log(p / (1 - p));
    }
}
