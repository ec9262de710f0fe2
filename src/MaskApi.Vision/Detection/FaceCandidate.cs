namespace MaskApi.Vision.Detection;

/// <summary>What one look reported, before looks are merged.</summary>
/// <param name="Geometry">Box and key points in pixels of the picture.</param>
/// <param name="Score">The model's score, 0–1.</param>
/// <param name="Look">Which look of the plan reported it, from 0.</param>
internal readonly record struct FaceCandidate(FaceGeometry Geometry, float Score, int Look)
{
    internal PixelBox Box => Geometry.Box;
}
