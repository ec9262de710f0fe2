using System.ComponentModel.DataAnnotations;
using MaskApi.Settings;
using MaskApi.Vision.Imaging;

namespace MaskApi.Uploads;

/// <summary>Limits on one request.</summary>
internal sealed record LimitOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Limits";

    /// <summary>Maximum bytes of one picture, however it is sent.</summary>
    [Range(1024, 1 << 30)]
    public int MaxImageBytes { get; init; } = 20 * 1024 * 1024;

    /// <summary>Maximum pixels of one picture; refused from its header, before anything is decoded.</summary>
    // A raster is one span of 4 bytes a pixel, so int ends at 2^29 pixels.
    [Range(typeof(long), "256", "500000000")]
    public long MaxPixels { get; init; } = 52_000_000;

    /// <summary>Minimum width and height of a picture, pixels.</summary>
    [Range(1, 4096)]
    public int MinSide { get; init; } = 16;

    /// <summary>Maximum pictures in one batch.</summary>
    [Range(1, 1000)]
    public int MaxBatchImages { get; init; } = 32;

    /// <summary>Maximum bytes of one batch.</summary>
    public long MaxBatchBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>The limits that the decoder enforces.</summary>
    public DecodeLimits Decode => new() { MaxPixels = MaxPixels, MinSide = MinSide };

    /// <summary>What was configured, if memory allows less; else null.</summary>
    internal LimitOptions? Configured { get; private init; }

    /// <summary>
    /// These limits, or as much of them as memory allows. A request that could never be held is too large; refused as one too many, it
    /// would be sent again for ever.
    /// </summary>
    /// <param name="bytesInFlight">Bytes that all requests together may hold.</param>
    public LimitOptions Within(long bytesInFlight)
    {
        // As OptionsRegistration asks of the settings: a picture three times, a batch and a picture once.
        var image = (int)Math.Clamp(bytesInFlight / 3, 1024, MaxImageBytes);
        var batch = Math.Max(image, Math.Min(MaxBatchBytes, bytesInFlight - image - 1));
        return image == MaxImageBytes && batch == MaxBatchBytes
            ? this
            : this with { MaxImageBytes = image, MaxBatchBytes = batch, Configured = this };
    }

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (MaxBatchBytes < MaxImageBytes)
        {
            yield return $"{nameof(MaxBatchBytes)} must be at least {nameof(MaxImageBytes)} but is {MaxBatchBytes}.";
        }
    }
}
