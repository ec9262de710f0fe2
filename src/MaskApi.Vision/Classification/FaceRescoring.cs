using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Classification;

/// <summary>
/// Corrects the detector's confidence by the classifier's face logit: the probability, by logistic regression, that an annotator would have
/// drawn this box.
/// </summary>
/// <remarks>
/// <c>MaskApi.Training fit-face-head</c> prints the weights. It fits them on pictures that the face head was not fitted on, half of them
/// without people.
/// </remarks>
internal static class FaceRescoring
{
    /// <summary>Number of features.</summary>
    internal const int FeatureCount = 4;

    /// <summary>
    /// Limits how far rescoring may raise the log odds. A threshold on the rescored confidence then implies a threshold on the detector's,
    /// lower by this, and the caller's threshold decides only which faces are reported.
    /// </summary>
    private const float MaxRise = 1;

    /// <summary>Sizes, in octaves from 32 pixels, are clamped to this range: few faces outside it were fitted on.</summary>
    private const float MinOctaves = -2;

    private const float MaxOctaves = 3;

    /// <summary>Names of the features, in order.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>detector: log odds of the detector's confidence.</item>
    /// <item>face: the logit of the classifier's face head.</item>
    /// <item>size: the face's longer side, in octaves from 32 pixels of the picture.</item>
    /// <item>face by size: their product, as the classifier can tell little from a dozen pixels.</item>
    /// </list>
    /// </remarks>
    internal static IReadOnlyList<string> FeatureNames { get; } = ["detector", "face", "size", "face by size"];

    /// <summary>The intercept, then one weight for each of <see cref="FeatureNames"/>.</summary>
    internal static ReadOnlySpan<float> Weights => [-0.932f, 0.778f, 0.604f, -0.529f, 0.004f];

    /// <summary>The rescored confidence, 0–1.</summary>
    /// <param name="confidence">The detector's confidence, 0–1.</param>
    /// <param name="faceLogit">The classifier's face logit.</param>
    /// <param name="face">The face's box, in pixels of the picture.</param>
    internal static float Rescore(float confidence, float faceLogit, PixelBox face)
    {
        Span<float> features = stackalloc float[FeatureCount];
        Features(confidence, faceLogit, face, features);
        return Logistic.Sigmoid(MathF.Min(Logistic.Logit<float>(Weights, features), features[0] + MaxRise));
    }

    /// <summary>The lowest detector confidence that rescoring can lift to a given one.</summary>
    /// <param name="confidence">A rescored confidence, 0–1.</param>
    internal static float MinDetectorConfidence(float confidence) =>
        confidence > 0 ? Logistic.Sigmoid(Logistic.LogOdds(confidence) - MaxRise) : 0;

    /// <summary>Computes the features.</summary>
    /// <param name="confidence">The detector's confidence, 0–1.</param>
    /// <param name="faceLogit">The classifier's face logit.</param>
    /// <param name="face">The face's box, in pixels of the picture.</param>
    /// <param name="features">The destination: <see cref="FeatureCount"/> numbers.</param>
    internal static void Features(float confidence, float faceLogit, PixelBox face, Span<float> features)
    {
        var octaves = Math.Clamp(MathF.Log2(MathF.Max(face.Width, face.Height) / 32), MinOctaves, MaxOctaves);
        features[0] = Logistic.LogOdds(confidence);
        features[1] = faceLogit;
        features[2] = octaves;
        features[3] = faceLogit * octaves;
    }
}
