using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>One pass's report of a face: the raw detections of neighboring anchors, merged.</summary>
/// <param name="Geometry">Box and key points in pixels of the picture: the mean of the raw detections, weighted by score.</param>
/// <param name="Score">The best raw detection's score, 0–1.</param>
/// <param name="Support">Sum of the raw detections' scores.</param>
/// <param name="Agreement">Mean intersection over union of the raw detections with the best one, weighted by score; 1 for a single
/// one.</param>
/// <param name="Pass">The pass.</param>
internal readonly record struct FaceReport(FaceGeometry Geometry, float Score, float Support, float Agreement, DetectionPass Pass)
{
    internal PixelBox Box => Geometry.Box;

    /// <summary>Longer side of the face in pixels of the detector's input.</summary>
    internal float InputSize => MathF.Max(Box.Width, Box.Height) * Pass.Scale;
}
