using System.Net;
using MaskApi.Settings;

namespace MaskApi.Security;

/// <summary>Whose X-Forwarded-For, -Proto, -Host, -Port and -Prefix are trusted. Nobody's by default.</summary>
internal sealed record ProxyOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Proxies";

    /// <summary>Addresses or networks (CIDR) of the proxies in front, such as `10.0.0.0/8`.</summary>
    public IReadOnlyList<string> Trusted { get; init; } = [];

    /// <summary><see cref="Trusted"/> as networks; an address is a network of one.</summary>
    public IEnumerable<IPNetwork> Networks => Trusted.Select(static text =>
        IPNetwork.TryParse(text, out var network) ? network : Single(IPAddress.Parse(text)));

    /// <inheritdoc/>
    public IEnumerable<string> Validate() =>
        from text in Trusted
        where !IPNetwork.TryParse(text, out _) && !IPAddress.TryParse(text, out _)
        select $"{nameof(Trusted)}: '{text}' is neither an address nor a network; write 10.0.0.7 or 10.0.0.0/8.";

    private static IPNetwork Single(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);
}
