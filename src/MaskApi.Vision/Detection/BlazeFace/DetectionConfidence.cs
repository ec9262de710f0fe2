namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>
/// One calibrated confidence for a face from all passes: the probability, by logistic regression over <see cref="FaceFeatures"/>, that an
/// annotator would have drawn this box (intersection over union at least 0.5).
/// </summary>
/// <remarks>
/// <c>MaskApi.Training calibrate-detector</c> prints the weights. It fits them on those pictures of kaggle853-dev, part <c>fit</c>, that
/// the detector was not tuned on; one set serves all plans.
/// </remarks>
internal static class DetectionConfidence
{
    /// <summary>The intercept, then one weight for each of <see cref="FaceFeatures.Names"/>.</summary>
    internal static ReadOnlySpan<float> Weights => [-2.061f, 1.045f, 1.975f, 0.458f, 2.463f, -0.359f, 0.003f, -5.364f, -0.479f];

    /// <summary>The confidence, 0–1.</summary>
    /// <param name="features">The features of the face.</param>
    internal static float Of(in FaceFeatures features) => Logistic.Sigmoid(LogOdds(features));

    /// <summary>The log odds of <see cref="Of"/>.</summary>
    /// <param name="features">The features of the face.</param>
    internal static float LogOdds(in FaceFeatures features) => Logistic.Logit<float>(Weights, features);
}
