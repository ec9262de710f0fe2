using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>Everything that the passes say about one face.</summary>
/// <param name="Geometry">Box and key points in pixels of the picture, averaged over the passes.</param>
/// <param name="Best">The strongest report of the face.</param>
/// <param name="Features">The input of <see cref="DetectionConfidence"/>.</param>
internal readonly record struct FaceEvidence(FaceGeometry Geometry, FaceReport Best, FaceFeatures Features)
{
    internal PixelBox Box => Geometry.Box;

    /// <summary>The probability that it is a face, 0–1.</summary>
    internal float Confidence => DetectionConfidence.Of(Features);

    /// <summary>
    /// Whether the face is upright once the picture is rotated clockwise by these degrees. In a pass that shows faces lying on their side,
    /// what it reports is tilted by about 45 degrees.
    /// </summary>
    internal bool IsUprightAt(float rotation)
    {
        const float maxTilt = 35;
        return MathF.Abs(MathF.IEEERemainder(Geometry.Landmarks.Roll + rotation, 360)) <= maxTilt;
    }
}
