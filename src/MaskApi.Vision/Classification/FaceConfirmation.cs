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
internal static class FaceConfirmation
{
    /// <summary>How many numbers tell a face from a false alarm.</summary>
    internal const int SignCount = 4;

    /// <summary>
    /// Most that log odds may rise. So a threshold on the confirmed confidence is one, lower by this, on the detector's, and no face
    /// depends on more of the caller's threshold than whether it is reported.
    /// </summary>
    private const float MostRise = 1;

    /// <summary>Sizes beyond these, in octaves from 32 pixels, are as these: few were fitted on.</summary>
    private const float LeastOctaves = -2;

    private const float MostOctaves = 3;

    /// <summary>What the numbers are, in their order.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>detector: log odds of the detector's confidence.</item>
    /// <item>face: the logit of the classifier's face head.</item>
    /// <item>size: the face's longer side, in octaves from 32 pixels of the picture.</item>
    /// <item>face by size: the product, as the classifier cannot tell much of a face of a dozen pixels.</item>
    /// </list>
    /// </remarks>
    internal static IReadOnlyList<string> SignNames { get; } = ["detector", "face", "size", "face by size"];

    /// <summary>The constant, then one weight for each of <see cref="SignNames"/>.</summary>
    internal static ReadOnlySpan<float> Weights => [-1.523f, 0.929f, 0.595f, -0.675f, 0.051f];

    /// <summary>The confirmed confidence, 0–1.</summary>
    /// <param name="confidence">The detector's, 0–1.</param>
    /// <param name="faceLogit">The classifier's.</param>
    /// <param name="face">The face's box, in pixels of the picture.</param>
    internal static float Confirm(float confidence, float faceLogit, PixelBox face)
    {
        Span<float> signs = stackalloc float[SignCount];
        Signs(confidence, faceLogit, face, signs);
        return Logistic.Sigmoid(MathF.Min(Logistic.Logit(Weights, signs), signs[0] + MostRise));
    }

    /// <summary>The least confidence of the detector that can be confirmed to this one.</summary>
    /// <param name="confidence">A confirmed confidence, 0–1.</param>
    internal static float LeastToConfirm(float confidence) => confidence > 0 ? Logistic.Sigmoid(Logistic.LogOdds(confidence) - MostRise) : 0;

    /// <summary>What a confirmation goes by.</summary>
    /// <param name="confidence">The detector's, 0–1.</param>
    /// <param name="faceLogit">The classifier's.</param>
    /// <param name="face">The face's box, in pixels of the picture.</param>
    /// <param name="signs">Where the <see cref="SignCount"/> numbers go.</param>
    internal static void Signs(float confidence, float faceLogit, PixelBox face, Span<float> signs)
    {
        var octaves = Math.Clamp(MathF.Log2(MathF.Max(face.Width, face.Height) / 32), LeastOctaves, MostOctaves);
        signs[0] = Logistic.LogOdds(confidence);
        signs[1] = faceLogit;
        signs[2] = octaves;
        signs[3] = faceLogit * octaves;
    }
}
