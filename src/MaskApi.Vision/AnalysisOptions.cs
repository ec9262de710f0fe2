using MaskApi.Vision.Detection;

namespace MaskApi.Vision;

/// <summary>What a caller may ask of one analysis.</summary>
public sealed record AnalysisOptions
{
    /// <summary>Least detector confidence of a face to report, 0–1.</summary>
    public float DetectionThreshold { get; init; } = 0.5f;

    /// <summary>Keep at most this many faces, the largest first.</summary>
    public int MaxFaces { get; init; } = 100;

    /// <summary>Effort spent on finding faces.</summary>
    public DetectionDetail Detail { get; init; } = DetectionDetail.Auto;
}
