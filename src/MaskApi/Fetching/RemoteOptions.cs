using System.ComponentModel.DataAnnotations;
using System.Net;
using MaskApi.Settings;

namespace MaskApi.Fetching;

/// <summary>Whether, and from where, the service fetches pictures that callers name by URL.</summary>
internal sealed record RemoteOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Remote";

    /// <summary>Fetch pictures named by URL. Off by default, because it lets callers make this service send requests.</summary>
    public bool Enabled { get; init; }

    /// <summary>Fetch over plain http too, not only https.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>Hosts that may be named; `*.example.com` means every host below it. Empty means every public host.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Networks (CIDR) that may be reached although they are not public, for a picture store on the internal network.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Longest time for one picture, redirects included.</summary>
    [Range(typeof(TimeSpan), "0:00:00", "0:05:00", MinimumIsExclusive = true)]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Maximum number of redirects; each target is checked like the first.</summary>
    [Range(0, 20)]
    public int MaxRedirects { get; init; } = 3;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        foreach (var host in AllowedHosts)
        {
            var prefix = host.StartsWith("*.", StringComparison.Ordinal) ? "*." : "";
            if (Compared(host[prefix.Length..]) is not { } name)
            {
                yield return $"{nameof(AllowedHosts)}: '{host}' is not a host name; write example.com or *.example.com.";
            }
            else if (!host.Equals(prefix + name, StringComparison.OrdinalIgnoreCase))
            {
                yield return $"{nameof(AllowedHosts)}: '{host}' would never match; write {prefix}{name}.";
            }
        }

        foreach (var network in AllowedNetworks)
        {
            if (!IPNetwork.TryParse(network, out _))
            {
                yield return $"{nameof(AllowedNetworks)}: '{network}' is not a network; write 10.1.2.0/24 or fd00::/8.";
            }
        }
    }

    /// <summary>
    /// Normalizes a host for comparison: in ASCII, without brackets and without the root's dot; null if it is not a host.
    /// </summary>
    private static string? Compared(string host) => Uri.CheckHostName(host) switch
    {
        UriHostNameType.Unknown => null,
        UriHostNameType.IPv6 => host.Trim('[', ']'),
        _ => Uri.TryCreate($"https://{host}", UriKind.Absolute, out var address) ? address.IdnHost.TrimEnd('.') : null,
    };
}
