using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>All that the passes said of one face.</summary>
/// <param name="Geometry">Box and key points in pixels of the picture, the mean over the passes.</param>
/// <param name="Best">The report that speaks for the face.</param>
/// <param name="Features">What <see cref="DetectionConfidence"/> goes by.</param>
internal readonly record struct FaceEvidence(FaceGeometry Geometry, FaceReport Best, FaceFeatures Features)
{
    internal PixelBox Box => Geometry.Box;
}
