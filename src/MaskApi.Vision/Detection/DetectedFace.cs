using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection;

/// <summary>A face found in a picture, before it is classified.</summary>
/// <param name="Box">The face from brow to chin, clipped to the picture.</param>
/// <param name="Confidence">Confidence that this is a face, 0–1.</param>
/// <param name="Landmarks">The six key points; null if the detector has none.</param>
public readonly record struct DetectedFace(PixelBox Box, float Confidence, FaceLandmarks? Landmarks);
