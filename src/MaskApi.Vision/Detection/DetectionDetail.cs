namespace MaskApi.Vision.Detection;

/// <summary>How much effort goes into finding faces.</summary>
public enum DetectionDetail
{
    /// <summary>One pass at the whole picture.</summary>
    Fast,

    /// <summary>Two or three scales, as far as the resolution makes worthwhile; turned only where nothing stands upright.</summary>
    Auto,

    /// <summary>Up to four scales and all four sides, for the smallest and for turned faces.</summary>
    High,
}
