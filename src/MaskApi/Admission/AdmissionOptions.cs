using MaskApi.Settings;
using MaskApi.Vision.Imaging;

namespace MaskApi.Admission;

/// <summary>How much work is admitted at once, and how long a request may take.</summary>
internal sealed record AdmissionOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Admission";

    /// <summary>Pictures worked on at the same time; 0 means one per core.</summary>
    public int Concurrency { get; init; }

    /// <summary>Pictures that may wait for a place; any more are refused at once with 429.</summary>
    public int QueueLength { get; init; } = 64;

    /// <summary>Longest wait for a place; then 429.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest work on one picture; then 503.</summary>
    public TimeSpan ProcessingTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time for a body to arrive; then 408.</summary>
    public TimeSpan UploadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest time for a caller to receive a picture; then the connection is closed.</summary>
    public TimeSpan DownloadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes of pictures, incoming and outgoing, held in memory at the same time over all requests; beyond that, 429.</summary>
    public long MaxBytesInFlight { get; init; } = 256 * 1024 * 1024;

    /// <summary>
    /// Decoded pixels held in memory at the same time over all requests (4 bytes each, plus what codecs hold besides); beyond that, a
    /// picture waits.
    /// </summary>
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

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (Concurrency is < 0 or > 1024)
        {
            yield return $"{nameof(Concurrency)} must be between 0 and 1024 but is {Concurrency}.";
        }

        if (QueueLength is < 0 or > 100_000)
        {
            yield return $"{nameof(QueueLength)} must be between 0 and 100000 but is {QueueLength}.";
        }

        foreach (var (name, value) in new[]
        {
            (nameof(QueueTimeout), QueueTimeout),
            (nameof(ProcessingTimeout), ProcessingTimeout),
            (nameof(UploadTimeout), UploadTimeout),
            (nameof(DownloadTimeout), DownloadTimeout),
        })
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromHours(1))
            {
                yield return $"{name} must be longer than 0 and at most one hour but is {value}.";
            }
        }

        if (MaxBytesInFlight is < 1024 * 1024 or > 1L << 40)
        {
            yield return $"{nameof(MaxBytesInFlight)} must be between 1048576 and {1L << 40} but is {MaxBytesInFlight}.";
        }

        if (MaxPixelsInFlight is < 1_000_000 or > 1L << 40)
        {
            yield return $"{nameof(MaxPixelsInFlight)} must be between 1000000 and {1L << 40} but is {MaxPixelsInFlight}.";
        }
    }
}
