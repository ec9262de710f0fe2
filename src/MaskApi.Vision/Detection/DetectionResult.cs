namespace MaskApi.Vision.Detection;

/// <summary>What a detector found in a picture.</summary>
/// <param name="Faces">The faces, largest box first, in pixels of the picture.</param>
/// <param name="Cost">What finding them cost.</param>
/// <param name="SkippedFallback">Whether fallback passes were skipped because the detector was sure of a face.</param>
public sealed record DetectionResult(IReadOnlyList<DetectedFace> Faces, DetectionCost Cost, bool SkippedFallback);
