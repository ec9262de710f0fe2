using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>A raw detection: the output of one anchor in one pass.</summary>
/// <param name="Geometry">Box and key points in pixels of the picture.</param>
/// <param name="Score">The model's score, 0–1.</param>
internal readonly record struct FaceCandidate(FaceGeometry Geometry, float Score)
{
    internal PixelBox Box => Geometry.Box;
}
