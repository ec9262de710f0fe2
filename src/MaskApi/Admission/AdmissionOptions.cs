using System.ComponentModel.DataAnnotations;
using MaskApi.Settings;
using MaskApi.Vision.Imaging;

namespace MaskApi.Admission;

/// <summary>How much work is admitted at once, and how long a request may take.</summary>
internal sealed record AdmissionOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Admission";

    /// <summary>Pictures worked on at the same time; 0 means one per core.</summary>
    [Range(0, 1024)]
    public int Concurrency { get; init; }

    /// <summary>Pictures that may wait for a place; any more are refused at once with 429.</summary>
    [Range(0, 100_000)]
    public int QueueLength { get; init; } = 64;

    /// <summary>Longest wait for a place; then 429.</summary>
    [Range(typeof(TimeSpan), "0:00:00", "1:00:00", MinimumIsExclusive = true)]
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest work on one picture; then 503.</summary>
    [Range(typeof(TimeSpan), "0:00:00", "1:00:00", MinimumIsExclusive = true)]
    public TimeSpan ProcessingTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time for a body to arrive; then 408.</summary>
    [Range(typeof(TimeSpan), "0:00:00", "1:00:00", MinimumIsExclusive = true)]
    public TimeSpan UploadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest time for a caller to receive a picture; then the connection is closed.</summary>
    [Range(typeof(TimeSpan), "0:00:00", "1:00:00", MinimumIsExclusive = true)]
    public TimeSpan DownloadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes of pictures, incoming and outgoing, held in memory at the same time over all requests; beyond that, 429.</summary>
    [Range(typeof(long), "1048576", "1099511627776")]
    public long MaxBytesInFlight { get; init; } = 256 * 1024 * 1024;

    /// <summary>
    /// Decoded pixels held in memory at the same time over all requests (4 bytes each, plus what codecs hold besides); beyond that, a
    /// picture waits.
    /// </summary>
    [Range(typeof(long), "1000000", "1099511627776")]
    public long MaxPixelsInFlight { get; init; } = 104_000_000;

    /// <summary><see cref="Concurrency"/> with 0 resolved. The number of cores respects a container's limit.</summary>
    public int Places => Concurrency == 0 ? Environment.ProcessorCount : Concurrency;

    /// <summary><see cref="MaxBytesInFlight"/>, or half of the memory available to this process if that is less.</summary>
    public long BytesInFlight => Math.Min(MaxBytesInFlight, Math.Max(1, AvailableMemory / 2));

    /// <summary>
    /// <see cref="MaxPixelsInFlight"/>, or as many as fit into half of the memory available to this process if that is less.
    /// </summary>
    public long PixelsInFlight => Math.Min(MaxPixelsInFlight, Math.Max(1_000_000, AvailableMemory / 2 / Raster.BytesPerPixel));

    /// <summary>Memory available to this process in bytes: the lowest limit of machine, container and collector.</summary>
    internal long AvailableMemory { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
