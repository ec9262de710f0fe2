namespace MaskApi.Vision.Imaging;

/// <summary>Bounds on a picture, checked on its header before any pixel is allocated.</summary>
public sealed record DecodeLimits
{
    /// <summary>Maximum pixels, width times height.</summary>
    public long MaxPixels { get; init; } = 52_000_000;

    /// <summary>Minimum width and height in pixels: in less, no face can be recognized.</summary>
    public int MinSide { get; init; } = 16;
}
