using System.Net;
using System.Net.Sockets;

namespace MaskApi.Fetching;

/// <summary>
/// Creates the handler that fetches pictures. A name is looked up once, all its addresses are judged, and the connection goes to a judged
/// address, so a name that resolves differently afterwards gains nothing.
/// </summary>
/// <remarks>
/// AntiSSRF's own handler is not used: it follows redirects without checking their host, and its look-up cannot be replaced in tests. Its
/// ranges are used (see <see cref="AddressGuard"/>).
/// </remarks>
internal static class GuardedHandler
{
    /// <summary>Looks a host name up.</summary>
    internal delegate Task<IPAddress[]> LookUp(string host, CancellationToken cancellationToken);

    /// <summary>Opens a connection to one of some addresses.</summary>
    internal delegate Task<Stream> Connect(IPAddress[] addresses, int port, CancellationToken cancellationToken);

    /// <summary>Makes a handler.</summary>
    /// <param name="guard">Judges addresses.</param>
    /// <param name="lookUp">Looks names up; null for the system's.</param>
    /// <param name="connect">Opens connections; null for TCP.</param>
    public static HttpMessageHandler Create(AddressGuard guard, LookUp? lookUp = null, Connect? connect = null)
    {
        lookUp ??= new NameLookUp().FindAsync;
        connect ??= ConnectAsync;
        return new SocketsHttpHandler
        {
            // The caller of this handler follows redirects and checks each target. A proxy or a reused connection would bypass the check.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseHeadersLength = 16,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var addresses = await lookUp(context.DnsEndPoint.Host, cancellationToken);
                return addresses.Length > 0 && Array.TrueForAll(addresses, guard.Allows)
                    ? await connect(addresses, context.DnsEndPoint.Port, cancellationToken)
                    : throw new HttpRequestException("The host has no permitted address.");
            },
        };
    }

    private static async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
