using MaskApi.Settings;

namespace MaskApi.Security;

/// <summary>Which web pages of other origins may call. None by default.</summary>
internal sealed record CorsOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Cors";

    /// <summary>Origins such as `https://app.example.com`; `*` means any.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<string> Validate() =>
        from origin in AllowedOrigins
        where origin != "*" && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == origin)
        select $"{nameof(AllowedOrigins)}: '{origin}' is not an origin; write https://app.example.com without a path, or *.";
}
