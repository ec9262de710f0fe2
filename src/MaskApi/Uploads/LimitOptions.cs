using MaskApi.Settings;
using MaskApi.Vision.Imaging;

namespace MaskApi.Uploads;

/// <summary>Limits on one request.</summary>
internal sealed record LimitOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Limits";

    /// <summary>Maximum bytes of one picture, however it is sent.</summary>
    public int MaxImageBytes { get; init; } = 20 * 1024 * 1024;

    /// <summary>Maximum pixels of one picture; refused from its header, before anything is decoded.</summary>
    public long MaxPixels { get; init; } = 52_000_000;

    /// <summary>Minimum width and height of a picture, pixels.</summary>
    public int MinSide { get; init; } = 16;

    /// <summary>Maximum pictures in one batch.</summary>
    public int MaxBatchImages { get; init; } = 32;

    /// <summary>Maximum bytes of one batch.</summary>
    public long MaxBatchBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>The limits that the decoder enforces.</summary>
    public DecodeLimits Decode => new() { MaxPixels = MaxPixels, MinSide = MinSide };

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        // A raster is one span of 4 bytes a pixel, so int ends at 2^29 pixels.
        if (MaxImageBytes is < 1024 or > 1 << 30)
        {
            yield return $"{nameof(MaxImageBytes)} must be between 1024 and {1 << 30} but is {MaxImageBytes}.";
        }

        if (MaxPixels is < 256 or > 500_000_000)
        {
            yield return $"{nameof(MaxPixels)} must be between 256 and 500000000 but is {MaxPixels}.";
        }

        if (MinSide is < 1 or > 4096)
        {
            yield return $"{nameof(MinSide)} must be between 1 and 4096 but is {MinSide}.";
        }

        if (MaxBatchImages is < 1 or > 1000)
        {
            yield return $"{nameof(MaxBatchImages)} must be between 1 and 1000 but is {MaxBatchImages}.";
        }

        if (MaxBatchBytes < MaxImageBytes)
        {
            yield return $"{nameof(MaxBatchBytes)} must be at least {nameof(MaxImageBytes)} but is {MaxBatchBytes}.";
        }
    }
}
