using System.Net;
using System.Net.Sockets;
using MaskApi.Problems;
using MaskApi.Uploads;

namespace MaskApi.Fetching;

/// <summary>Fetches a picture that a caller names by URL.</summary>
/// <remarks>
/// Whatever the address itself reveals (its scheme, its host, a literal IP) is refused with <c>url_not_allowed</c>. Everything that only
/// trying can tell ends in the same <c>url_fetch_failed</c>, so answers do not map a network: a closed port, an unknown host, a private
/// host behind a public name and a page that is no picture look alike.
/// </remarks>
internal sealed class RemotePictures : IDisposable
{
    /// <summary>Maximum length of an address in characters.</summary>
    public const int MaxAddressLength = 4096;

    private readonly RemoteOptions _options;
    private readonly LimitOptions _limits;
    private readonly UploadBudget _budget;
    private readonly TimeProvider _time;
    private readonly AddressGuard _guard;
    private readonly HttpClient _client;

    /// <summary>Creates the fetcher.</summary>
    public RemotePictures(
        RemoteOptions options, LimitOptions limits, UploadBudget budget, TimeProvider time, AddressGuard guard, HttpMessageHandler handler)
    {
        (_options, _limits, _budget, _time, _guard) = (options, limits, budget, time, guard);
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("MaskApi");
        _client.DefaultRequestHeaders.Accept.ParseAdd("image/*");
    }

    /// <summary>Fetches a picture.</summary>
    /// <param name="address">Its address, as the caller wrote it.</param>
    /// <param name="cancellationToken">The caller's leaving.</param>
    /// <returns>The picture's bytes; dispose of them when the work is done.</returns>
    /// <exception cref="ProblemException">
    /// <c>url_not_allowed</c>, <c>url_fetch_failed</c>, <c>image_too_large</c> or <c>overloaded</c>.
    /// </exception>
    public async Task<PictureBuffer> FetchAsync(string address, CancellationToken cancellationToken)
    {
        if (!_options.Enabled)
        {
            throw new ProblemException(ProblemKinds.UrlNotAllowed, "Fetching pictures by URL is turned off on this service.");
        }

        if (address.Length > MaxAddressLength)
        {
            throw AddressTooLong();
        }

        var target = Uri.TryCreate(address, UriKind.Absolute, out var parsed)
            ? parsed
            : throw new ProblemException(ProblemKinds.UrlNotAllowed, "The address is not an absolute URL.");
        if (Refusal(target) is { } refusal)
        {
            throw new ProblemException(ProblemKinds.UrlNotAllowed, refusal);
        }

        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await FollowAsync(target, either.Token);
            return await ReadAsync(response, either.Token);
        }
        catch (Exception exception) when (IsFailureToFetch(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw Failed();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>The problem <c>url_not_allowed</c> for an address that is refused unseen.</summary>
    public static ProblemException AddressTooLong() =>
        new(ProblemKinds.UrlNotAllowed, $"The address has more than {MaxAddressLength} characters.");

    private static ProblemException Failed() => new(ProblemKinds.UrlFetchFailed, ProblemKinds.UrlFetchFailed.Example);

    private static bool IsFailureToFetch(Exception exception) => exception is HttpRequestException or OperationCanceledException
        or IOException or SocketException or NotSupportedException or ArgumentException or InvalidOperationException or UriFormatException;

    private async Task<HttpResponseMessage> FollowAsync(Uri target, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var response = await _client.GetAsync(target, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return response;
            }

            var next = IsRedirect(response.StatusCode) && response.Headers.Location is { } location ? new Uri(target, location) : null;
            response.Dispose();
            if (next is null || redirects == _options.MaxRedirects || Refusal(next) is not null)
            {
                throw Failed();
            }

            target = next;
        }
    }

    private async Task<PictureBuffer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var headers = response.Content.Headers;
        if (headers.ContentType?.MediaType is { } type
            && !type.StartsWith("image/", StringComparison.OrdinalIgnoreCase)
            && !type.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase))
        {
            throw Failed();
        }

        if (headers.ContentLength > _limits.MaxImageBytes)
        {
            throw TooLarge();
        }

        var picture = new PictureBuffer(_budget, _limits.MaxImageBytes, TooLarge);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            await picture.FillAsync(body, headers.ContentLength, cancellationToken);
            return picture.Bytes.IsEmpty ? throw Failed() : picture;
        }
        catch
        {
            picture.Dispose();
            throw;
        }
    }

    /// <summary>Why an address is refused on sight; null if it may be tried.</summary>
    private string? Refusal(Uri address)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !(_options.AllowHttp && address.Scheme == Uri.UriSchemeHttp))
        {
            return _options.AllowHttp ? "Only https and http addresses are fetched." : "Only https addresses are fetched.";
        }

        if (address.UserInfo.Length > 0)
        {
            return "Addresses with a user name or password are not fetched.";
        }

        if (_options.AllowedHosts.Count > 0 && !_options.AllowedHosts.Any(allowed => Matches(address, allowed)))
        {
            return "This service does not fetch from that host.";
        }

        return IPAddress.TryParse(address.IdnHost, out var literal) && !_guard.Allows(literal) ? "The address is not public." : null;
    }

    private static bool Matches(Uri address, string allowed) => allowed.StartsWith("*.", StringComparison.Ordinal)
        ? address.IdnHost.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)
        : address.IdnHost.Equals(allowed, StringComparison.OrdinalIgnoreCase);

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private ProblemException TooLarge() => new(ProblemKinds.ImageTooLarge, $"A picture may have at most {_limits.MaxImageBytes} bytes.");
}
