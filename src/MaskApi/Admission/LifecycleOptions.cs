using System.ComponentModel.DataAnnotations;
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
    [Range(typeof(TimeSpan), "0:00:00", "0:05:00")]
    public TimeSpan DrainDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time for requests in progress to finish; then the process ends anyway.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(40);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (ShutdownTimeout <= DrainDelay || ShutdownTimeout > TimeSpan.FromHours(1))
        {
            yield return
                $"{nameof(ShutdownTimeout)} must be longer than {nameof(DrainDelay)} and at most one hour but is {ShutdownTimeout}.";
        }
    }
}
