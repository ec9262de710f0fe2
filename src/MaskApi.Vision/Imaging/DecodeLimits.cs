namespace MaskApi.Vision.Imaging;

/// <summary>Bounds on a picture, checked on its header before any pixel is allocated.</summary>
public sealed record DecodeLimits
{
    /// <summary>Most pixels, width times height.</summary>
    public long MaxPixels { get; init; } = 52_000_000;

    /// <summary>Least width and height in pixels: no face can be told in less.</summary>
    public int MinSide { get; init; } = 16;
}
