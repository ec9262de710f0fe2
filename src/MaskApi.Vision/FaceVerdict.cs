using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision;

/// <summary>A face and whether it wears a mask.</summary>
/// <param name="Box">The face from brow to chin, clipped to the picture.</param>
/// <param name="DetectionConfidence">Confidence of detector and classifier that this is a face, 0–1.</param>
/// <param name="Landmarks">The six key points; null if the detector has none.</param>
/// <param name="Probabilities">Calibrated probabilities of the verdicts.</param>
public readonly record struct FaceVerdict(
    PixelBox Box, float DetectionConfidence, FaceLandmarks? Landmarks, VerdictProbabilities Probabilities)
{
    /// <summary>The confidence below which the service, too, reports a verdict as uncertain.</summary>
    public const float DefaultMinConfidence = 0.6f;

    /// <summary>Probability that a mask covers nose and mouth, 0–1.</summary>
    public float MaskProbability => Probabilities.WithMask;

    /// <summary>Probability of the likeliest verdict, 0–1.</summary>
    public float Confidence => Probabilities.Largest;

    /// <summary>The likeliest verdict, or <see cref="MaskLabel.Uncertain"/> if <see cref="Confidence"/> is below a bound.</summary>
    /// <param name="minConfidence">Minimum confidence of a firm verdict, 0.5–1.</param>
    public MaskLabel Label(float minConfidence = DefaultMinConfidence) =>
        Confidence < minConfidence ? MaskLabel.Uncertain : Probabilities.Likeliest;
}
