namespace MaskApi.Vision;

/// <summary>Wall-clock time of each stage, in milliseconds.</summary>
/// <param name="DecodeMs">From file to upright raster; 0 if a raster was given.</param>
/// <param name="DetectMs">Finding the faces.</param>
/// <param name="ClassifyMs">Cropping and classifying all faces.</param>
public sealed record StageTimings(double DecodeMs, double DetectMs, double ClassifyMs);
