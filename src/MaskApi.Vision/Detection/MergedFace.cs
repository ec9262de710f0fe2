namespace MaskApi.Vision.Detection;

/// <summary>What all looks together say of one face.</summary>
/// <param name="Geometry">Box and key points in pixels of the picture.</param>
/// <param name="Evidence">Combined score, 0–1, not yet calibrated.</param>
internal readonly record struct MergedFace(FaceGeometry Geometry, float Evidence);
