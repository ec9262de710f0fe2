namespace MaskApi.Vision.Imaging;

/// <summary>How faces are made unrecognizable.</summary>
public enum Redaction
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Smooth colors.</summary>
    Blur,

    /// <summary>A few squares of one color each.</summary>
    Pixelate,
}
