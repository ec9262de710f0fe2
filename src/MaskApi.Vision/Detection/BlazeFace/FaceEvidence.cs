using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>Everything that the passes say about one face.</summary>
/// <param name="Geometry">Box and key points in pixels of the picture, averaged over the passes.</param>
/// <param name="Best">The strongest report of the face.</param>
/// <param name="Features">The input of <see cref="DetectionConfidence"/>.</param>
internal readonly record struct FaceEvidence(FaceGeometry Geometry, FaceReport Best, FaceFeatures Features)
{
    internal PixelBox Box => Geometry.Box;
}
