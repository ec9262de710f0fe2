using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>What one pass says of one face: the answers of neighboring anchors, merged.</summary>
/// <param name="Geometry">Box and key points in pixels of the picture, the mean of the answers weighted by score.</param>
/// <param name="Score">The best answer's score, 0–1.</param>
/// <param name="Support">Sum of the answers' scores.</param>
/// <param name="Agreement">Mean intersection over union of the answers with the best one, weighted by score; 1 for a single answer.</param>
/// <param name="Pass">The pass.</param>
internal readonly record struct FaceReport(FaceGeometry Geometry, float Score, float Support, float Agreement, DetectionPass Pass)
{
    internal PixelBox Box => Geometry.Box;

    /// <summary>Longer side of the face in pixels of the detector's input.</summary>
    internal float InputSize => MathF.Max(Box.Width, Box.Height) * Pass.Scale;
}
