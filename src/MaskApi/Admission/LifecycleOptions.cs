using MaskApi.Settings;

namespace MaskApi.Admission;

/// <summary>How the service stops.</summary>
internal sealed record LifecycleOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Lifecycle";

    /// <summary>
    /// How long after SIGTERM new requests still get 503 `draining` before connections are refused: time for load balancers to notice and
    /// for kept-alive connections to close in order.
    /// </summary>
    public TimeSpan DrainDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time for requests in progress to finish; then the process ends anyway.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(40);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (DrainDelay < TimeSpan.Zero || DrainDelay > TimeSpan.FromMinutes(5))
        {
            yield return $"{nameof(DrainDelay)} must be between 0 and five minutes but is {DrainDelay}.";
        }

        if (ShutdownTimeout <= DrainDelay || ShutdownTimeout > TimeSpan.FromHours(1))
        {
            yield return
                $"{nameof(ShutdownTimeout)} must be longer than {nameof(DrainDelay)} and at most one hour but is {ShutdownTimeout}.";
        }
    }
}
