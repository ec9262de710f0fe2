using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision;

/// <summary>A face and whether it wears a mask.</summary>
/// <param name="Box">The face from brow to chin, clipped to the picture.</param>
/// <param name="DetectionConfidence">How sure detector and classifier are that this is a face, 0–1.</param>
/// <param name="Landmarks">The six key points.</param>
/// <param name="MaskProbability">Calibrated probability that the face wears a mask, 0–1.</param>
public readonly record struct FaceVerdict(PixelBox Box, float DetectionConfidence, FaceLandmarks Landmarks, float MaskProbability)
{
    /// <summary>Probability of the likelier label, 0.5–1.</summary>
    public float Confidence => MathF.Max(MaskProbability, 1 - MaskProbability);

    /// <summary>The verdict, or <see cref="MaskLabel.Uncertain"/> where <see cref="Confidence"/> is below what is asked for.</summary>
    /// <param name="minConfidence">Least confidence of a firm verdict, 0.5–1.</param>
    public MaskLabel Label(float minConfidence)
    {
        if (Confidence < minConfidence)
        {
            return MaskLabel.Uncertain;
        }

        return MaskProbability >= 0.5f ? MaskLabel.WithMask : MaskLabel.WithoutMask;
    }
}
