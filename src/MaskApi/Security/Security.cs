using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using MaskApi.Annotations;
using MaskApi.Observability;
using MaskApi.Problems;
using MaskApi.Settings;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.HttpOverrides;

namespace MaskApi.Security;

/// <summary>Who may call, from where and how often. Each part is absent until configured.</summary>
internal static class Security
{
    private static readonly object _trustedKey = new();

    /// <summary>Registers the services of the configured parts.</summary>
    public static void AddSecurity(this IServiceCollection services, OptionsRegistration.Settings settings)
    {
        services.AddCors();
        if (settings.Get<KeyOptions>().Required)
        {
            services.AddSingleton<ApiKeys>();

            // Not AddAuthentication: that brings in data protection, which writes keys below the home folder, and nothing here needs it.
            services.AddAuthenticationCore(static options => options.DefaultScheme = ApiKeyAuthentication.SchemeName);
            services.AddWebEncoders();
            new AuthenticationBuilder(services)
                .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
            services.AddAuthorizationBuilder()
                .SetFallbackPolicy(new AuthorizationPolicyBuilder(ApiKeyAuthentication.SchemeName).RequireAuthenticatedUser().Build());
        }

        if (settings.Get<RateLimitOptions>() is { RequestsPerMinute: > 0 } limit)
        {
            services.AddRateLimiter(limiter =>
            {
                limiter.GlobalLimiter = CreateLimiter(limit);
                limiter.OnRejected = static (rejected, _) =>
                {
                    var delay = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
                    throw new ProblemException(ProblemKinds.RateLimited, ProblemKinds.RateLimited.Example) { RetryAfter = delay };
                };
            });
        }
    }

    /// <summary>Trusts the headers of configured proxies, and of nobody else.</summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<ProxyOptions>();
        if (options.Trusted.Count == 0)
        {
            return;
        }

        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedPrefix,

            // The chain is followed as long as each link is trusted, however long it is.
            ForwardLimit = null,
        };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.Networks)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        var networks = forwarded.KnownIPNetworks.ToArray();
        app.Use((context, next) =>
        {
            // The next part replaces the address by the caller's.
            context.Items[_trustedKey] = context.Connection.RemoteIpAddress is { } peer
                && Array.Exists(networks, network => network.Contains(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer));
            return next(context);
        });
        app.UseForwardedHeaders(forwarded);
        app.Use(static (context, next) =>
        {
            if (context.Items[_trustedKey] is true)
            {
                CompleteAddress(context.Request);
            }

            return next(context);
        });
    }

    /// <summary>Adds what the framework omits: the port, and the prefix's trailing slash.</summary>
    private static void CompleteAddress(HttpRequest request)
    {
        request.PathBase = new PathString(request.PathBase.Value?.TrimEnd('/'));
        if (request.Host is { HasValue: true, Port: null }
            && int.TryParse(
                request.Headers["X-Forwarded-Port"].LastOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= ushort.MaxValue
            && port != (request.IsHttps ? 443 : 80))
        {
            request.Host = new HostString(request.Host.Host, port);
        }
    }

    /// <summary>Lets pages of configured origins call.</summary>
    public static void UseAllowedOrigins(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<CorsOptions>();
        if (options.AllowedOrigins.Count > 0)
        {
            app.UseCors(policy => policy
                .WithOrigins([.. options.AllowedOrigins])
                .WithMethods(HttpMethods.Get, HttpMethods.Post)
                .AllowAnyHeader()
                .WithExposedHeaders(
                    [.. AnnotationService.CountHeaders.Keys, RequestIdMiddleware.Header, "Retry-After", "Server-Timing"]));
        }
    }

    /// <summary>Requires a key, if keys are configured.</summary>
    public static void UseApiKeys(this WebApplication app)
    {
        if (app.Services.GetRequiredService<KeyOptions>().Required)
        {
            app.UseAuthentication();
            app.UseAuthorization();
        }
    }

    /// <summary>Limits each caller, if a limit is configured.</summary>
    public static void UseRateLimit(this WebApplication app)
    {
        if (app.Services.GetRequiredService<RateLimitOptions>().RequestsPerMinute > 0)
        {
            app.UseRateLimiter();
        }
    }

    private static PartitionedRateLimiter<HttpContext> CreateLimiter(RateLimitOptions options)
    {
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Burst,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / options.RequestsPerMinute,
        };
        return PartitionedRateLimiter.Create<HttpContext, string>(context => IsLimited(context)
            ? RateLimitPartition.GetTokenBucketLimiter(Caller(context), _ => bucket)
            : RateLimitPartition.GetNoLimiter(string.Empty));
    }

    private static bool IsLimited(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase);

    private static string Caller(HttpContext context) =>
        context.User.Identity?.Name ?? (context.Connection.RemoteIpAddress is { } address ? Network(address).ToString() : "unknown");

    /// <summary>
    /// The partition of a caller: an IPv4 address, or the /64 network that an IPv6 caller has at least (RFC 6177) and whose addresses it
    /// could otherwise use one by one, each with its own burst.
    /// </summary>
    private static IPAddress Network(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]])
        : address;
}
