namespace MaskApi.Vision.Detection;

/// <summary>Effort spent on finding faces.</summary>
public enum DetectionDetail
{
    /// <summary>One pass over the whole picture.</summary>
    Fast,

    /// <summary>Two or three scales, as far as the resolution makes worthwhile; rotated only if nothing upright is found.</summary>
    Auto,

    /// <summary>Up to four scales and all four rotations, for the smallest and for rotated faces.</summary>
    High,
}
