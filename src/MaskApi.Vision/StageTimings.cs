namespace MaskApi.Vision;

/// <summary>Wall-clock time of each stage of an analysis, in milliseconds.</summary>
/// <param name="DecodeMs">From file to upright raster; 0 where a raster was handed in.</param>
/// <param name="DetectMs">Finding the faces.</param>
/// <param name="ClassifyMs">Cropping and classifying all faces.</param>
public sealed record StageTimings(double DecodeMs, double DetectMs, double ClassifyMs);
