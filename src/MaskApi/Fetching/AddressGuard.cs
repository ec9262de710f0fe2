using System.Net;
using System.Net.Sockets;
using Microsoft.Security.AntiSSRF;

namespace MaskApi.Fetching;

/// <summary>Decides which addresses the service may connect to for a caller: public ones, and those the operator adds.</summary>
internal sealed class AddressGuard(RemoteOptions options)
{
    /// <summary>
    /// Non-public networks according to AntiSSRF: loopback, private, link-local, shared, translated, reserved and the like.
    /// </summary>
    private static readonly IPNetwork[] _notPublic = [.. IPAddressRanges.recommendedLatest.Select(static range => IPNetwork.Parse(range))];

    /// <summary>
    /// All publicly routed IPv6 (RFC 4291, section 2.4). Nothing outside can be a public host; this covers the IPv4-compatible addresses
    /// <c>::/96</c>, which AntiSSRF's ranges omit.
    /// </summary>
    private static readonly IPNetwork _globalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>The bits "universal" and "group" of an interface identifier (RFC 4291, appendix A), which do not matter here.</summary>
    private const byte UniversalBits = 0x03;

    private readonly IPNetwork[] _allowed = [.. options.AllowedNetworks.Select(static network => IPNetwork.Parse(network))];

    /// <summary>Whether <paramref name="address"/> may be connected to.</summary>
    public bool Allows(IPAddress address)
    {
        // ::ffff:127.0.0.1 reaches 127.0.0.1, so it is judged as that.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Contains(_allowed, plain) || (IsPublic(plain) && (Embedded(plain) is not { } inner || Allows(inner)));
    }

    /// <summary>The IPv4 address to which an ISATAP router would forward (RFC 5214, section 6.1); null if there is none.</summary>
    private static IPAddress? Embedded(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6
        && address.GetAddressBytes() is [_, _, _, _, _, _, _, _, var first, 0, 0x5E, 0xFE, .. var inner]
        && (first & ~UniversalBits) == 0
            ? new IPAddress(inner)
            : null;

    private static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !Contains(_notPublic, address),
        AddressFamily.InterNetworkV6 => _globalUnicast.Contains(address) && !Contains(_notPublic, address),
        _ => false,
    };

    private static bool Contains(IPNetwork[] networks, IPAddress address) => Array.Exists(networks, network => network.Contains(address));
}
