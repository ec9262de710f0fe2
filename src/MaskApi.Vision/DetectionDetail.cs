namespace MaskApi.Vision;

/// <summary>How much effort goes into finding faces.</summary>
public enum DetectionDetail
{
    /// <summary>One look at the whole picture.</summary>
    Fast,

    /// <summary>The whole picture, then tiles as deep as the resolution makes worthwhile.</summary>
    Auto,

    /// <summary>Further levels of tiles, for the smallest faces.</summary>
    High,
}
