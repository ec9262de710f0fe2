using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Classification;

/// <summary>
/// The detector's confidence after the classifier's look at the crop: the probability, by logistic regression, that people who draw
/// faces would have drawn this box.
/// </summary>
/// <remarks>
/// The weights are what <c>MaskApi.Training fit-face-head</c> prints: from pictures that the head was not fitted on, as many without
/// people as with them.
/// </remarks>
internal static class FaceRescoring
{
    /// <summary>How many numbers tell a face from a false alarm.</summary>
    internal const int FeatureCount = 4;

    /// <summary>
    /// Most that log odds may rise. So a threshold on the confirmed confidence is one, lower by this, on the detector's, and no face
    /// depends on more of the caller's threshold than whether it is reported.
    /// </summary>
    private const float MaxRise = 1;

    /// <summary>Sizes beyond these, in octaves from 32 pixels, are as these: few were fitted on.</summary>
    private const float MinOctaves = -2;

    private const float MaxOctaves = 3;

    /// <summary>What the numbers are, in their order.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>detector: log odds of the detector's confidence.</item>
    /// <item>face: the logit of the classifier's face head.</item>
    /// <item>size: the face's longer side, in octaves from 32 pixels of the picture.</item>
    /// <item>face by size: the product, as the classifier cannot tell much of a face of a dozen pixels.</item>
    /// </list>
    /// </remarks>
    internal static IReadOnlyList<string> FeatureNames { get; } = ["detector", "face", "size", "face by size"];

    /// <summary>The constant, then one weight for each of <see cref="FeatureNames"/>.</summary>
    internal static ReadOnlySpan<float> Weights => [-1.523f, 0.929f, 0.595f, -0.675f, 0.051f];

    /// <summary>The confirmed confidence, 0–1.</summary>
    /// <param name="confidence">The detector's, 0–1.</param>
    /// <param name="faceLogit">The classifier's.</param>
    /// <param name="face">The face's box, in pixels of the picture.</param>
    internal static float Rescore(float confidence, float faceLogit, PixelBox face)
    {
        Span<float> features = stackalloc float[FeatureCount];
        Features(confidence, faceLogit, face, features);
        return Logistic.Sigmoid(MathF.Min(Logistic.Logit(Weights, features), features[0] + MaxRise));
    }

    /// <summary>The least confidence of the detector that can be confirmed to this one.</summary>
    /// <param name="confidence">A confirmed confidence, 0–1.</param>
    internal static float MinDetectorConfidence(float confidence) => confidence > 0 ? Logistic.Sigmoid(Logistic.LogOdds(confidence) - MaxRise) : 0;

    /// <summary>What a confirmation goes by.</summary>
    /// <param name="confidence">The detector's, 0–1.</param>
    /// <param name="faceLogit">The classifier's.</param>
    /// <param name="face">The face's box, in pixels of the picture.</param>
    /// <param name="features">Where the <see cref="FeatureCount"/> numbers go.</param>
    internal static void Features(float confidence, float faceLogit, PixelBox face, Span<float> features)
    {
        var octaves = Math.Clamp(MathF.Log2(MathF.Max(face.Width, face.Height) / 32), MinOctaves, MaxOctaves);
        features[0] = Logistic.LogOdds(confidence);
        features[1] = faceLogit;
        features[2] = octaves;
        features[3] = faceLogit * octaves;
    }
}
