using MaskApi.Settings;

namespace MaskApi.Security;

/// <summary>How much one caller may send: by key where keys are configured, else by address (IPv6: by network of 64 bits).</summary>
internal sealed record RateLimitOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:RateLimit";

    /// <summary>Requests a minute and caller in the long run; 0 means no limit. A batch is one request.</summary>
    public int RequestsPerMinute { get; init; }

    /// <summary>Requests that a caller who was quiet may send at once.</summary>
    public int Burst { get; init; } = 10;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (RequestsPerMinute is < 0 or > 1_000_000)
        {
            yield return $"{nameof(RequestsPerMinute)} must be between 0 and 1000000, and is {RequestsPerMinute}.";
        }

        if (Burst is < 1 or > 1_000_000)
        {
            yield return $"{nameof(Burst)} must be between 1 and 1000000, and is {Burst}.";
        }
    }
}
