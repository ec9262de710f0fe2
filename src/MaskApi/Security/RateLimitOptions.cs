using MaskApi.Settings;

namespace MaskApi.Security;

/// <summary>How much one caller may send: per key if keys are configured, otherwise per address (IPv6: per /64 network).</summary>
internal sealed record RateLimitOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:RateLimit";

    /// <summary>Sustained requests per minute and caller; 0 means no limit. A batch is one request.</summary>
    public int RequestsPerMinute { get; init; }

    /// <summary>Requests that a caller may send at once after a pause.</summary>
    public int Burst { get; init; } = 10;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (RequestsPerMinute is < 0 or > 1_000_000)
        {
            yield return $"{nameof(RequestsPerMinute)} must be between 0 and 1000000 but is {RequestsPerMinute}.";
        }

        if (Burst is < 1 or > 1_000_000)
        {
            yield return $"{nameof(Burst)} must be between 1 and 1000000 but is {Burst}.";
        }
    }
}
