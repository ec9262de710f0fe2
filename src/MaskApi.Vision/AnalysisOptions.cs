using MaskApi.Vision.Detection;

namespace MaskApi.Vision;

/// <summary>What to look for in one picture.</summary>
public sealed record AnalysisOptions
{
    /// <summary>Faces below this detection confidence, 0–1, are not reported.</summary>
    public float DetectionThreshold { get; init; } = 0.5f;

    /// <summary>At most this many faces are reported, largest first.</summary>
    public int MaxFaces { get; init; } = 100;

    /// <summary>Effort spent on finding faces.</summary>
    public DetectionDetail Detail { get; init; } = DetectionDetail.Auto;
}
