using System.ComponentModel.DataAnnotations;
using MaskApi.Settings;

namespace MaskApi.Security;

/// <summary>How much one caller may send: per key if keys are configured, otherwise per address (IPv6: per /64 network).</summary>
internal sealed record RateLimitOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:RateLimit";

    /// <summary>Sustained requests per minute and caller; 0 means no limit. A batch is one request.</summary>
    [Range(0, 1_000_000)]
    public int RequestsPerMinute { get; init; }

    /// <summary>Requests that a caller may send at once after a pause.</summary>
    [Range(1, 1_000_000)]
    public int Burst { get; init; } = 10;
}
