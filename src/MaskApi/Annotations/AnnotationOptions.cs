using System.ComponentModel.DataAnnotations;
using MaskApi.Settings;
using MaskApi.Vision.Imaging;
using StackExchange.Redis;

namespace MaskApi.Annotations;

/// <summary>The links to annotated pictures in detections.</summary>
internal sealed record AnnotationOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Annotations";

    /// <summary>How long a link works at most; 0 turns links off.</summary>
    [Range(typeof(TimeSpan), "0:00:00", "1.00:00:00")]
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Memory for the pictures behind links, at most a quarter of what this process may have; the oldest make room for new ones. A
    /// larger picture gets no link. Unused with Redis.
    /// </summary>
    public long MemoryBytes { get; init; } = 24 * 1024 * 1024;

    /// <summary>
    /// StackExchange.Redis configuration (`redis:6379,password=…`) of a store shared by all replicas; empty keeps pictures in memory. Turn
    /// persistence off in that Redis: the pictures are not meant to last.
    /// </summary>
    public string? Redis { get; init; }

    /// <summary>Longest wait for Redis; a slower store costs the link, not the answer.</summary>
    [Range(typeof(TimeSpan), "0:00:00", "0:00:30", MinimumIsExclusive = true)]
    public TimeSpan RedisTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Base of the links, such as `https://masks.example.com`; empty means scheme and host of the request.</summary>
    public string? PublicBaseUrl { get; init; }

    /// <summary><see cref="MemoryBytes"/>, or a quarter of the memory available to this process if that is less.</summary>
    public long RingBytes => Math.Min(MemoryBytes, AvailableMemory / 4);

    /// <summary>Bytes available to this process: the least of the machine's memory, the container's limit and the collector's.</summary>
    internal long AvailableMemory { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>
    /// How faces are made unrecognizable in annotated pictures unless a caller's `redact` says otherwise: `None`, `Blur` or `Pixelate`.
    /// </summary>
    public Redaction Redact { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        // The ring is one array, and a container with less memory than that would die before it is full.
        var most = Math.Min(Array.MaxLength, AvailableMemory);
        if (MemoryBytes < 0 || MemoryBytes > most)
        {
            yield return $"{nameof(MemoryBytes)} must be between 0 and {most}, the memory available here, but is {MemoryBytes}.";
        }

        if (!string.IsNullOrEmpty(PublicBaseUrl)
            && !(Uri.TryCreate(PublicBaseUrl, UriKind.Absolute, out var url)
                && (url.Scheme is "http" or "https")
                && url.Query.Length == 0
                && url.Fragment.Length == 0))
        {
            yield return $"{nameof(PublicBaseUrl)} must be an http or https URL without query and fragment, and is '{PublicBaseUrl}'.";
        }

        // Do not repeat the value: it may hold a password.
        if (!string.IsNullOrEmpty(Redis) && !NamesServer(Redis))
        {
            yield return $"{nameof(Redis)} is not a StackExchange.Redis configuration that names a server, "
                + "such as 'redis:6379,password=...'.";
        }
    }

    private static bool NamesServer(string configuration)
    {
        try
        {
            return ConfigurationOptions.Parse(configuration).EndPoints.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
