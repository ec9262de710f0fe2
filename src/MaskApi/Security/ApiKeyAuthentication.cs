using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using MaskApi.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace MaskApi.Security;

/// <summary>Authenticates by the header X-API-Key or, as many tools send keys, by <c>Authorization: Bearer</c>.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public const string SchemeName = "ApiKey";

    /// <summary>The header that carries the key.</summary>
    public const string Header = "X-API-Key";

    /// <summary>The other scheme (RFC 6750), with the same keys.</summary>
    public const string BearerScheme = "Bearer";

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if ((Request.Headers[Header] is [{ Length: > 0 } own] ? own : BearerToken()) is not { } key)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (keys.Identify(key) is not { } name)
        {
            return Task.FromResult(AuthenticateResult.Fail("The key is not valid."));
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    private string? BearerToken() =>
        AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var value)
            && value.Scheme.Equals(BearerScheme, StringComparison.OrdinalIgnoreCase)
            && value.Parameter is { Length: > 0 } token ? token : null;

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // RFC 9110, section 15.5.2: a 401 names the scheme to use.
        Response.Headers.WWWAuthenticate = new StringValues([$"{SchemeName} header=\"{Header}\"", BearerScheme]);
        throw new ProblemException(ProblemKinds.Unauthorized, ProblemKinds.Unauthorized.Example);
    }
}
