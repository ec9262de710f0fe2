using Microsoft.Net.Http.Headers;

namespace MaskApi.Http;

/// <summary>Serves the page from <c>wwwroot</c> and sets the content security policy.</summary>
internal static class Page
{
    /// <summary>
    /// Nothing from elsewhere, nothing inline. <c>blob:</c> is a picture that a person chose, <c>data:</c> the first frame of an animation.
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Swagger UI uses inline styles, <c>data:</c> for its icons and <c>blob:</c> for pictures in responses.</summary>
    private const string SwaggerPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Serves the page and adds the policy to every response.</summary>
    public static void UsePage(this IApplicationBuilder app)
    {
        app.Use(static (context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/swagger") ? SwaggerPolicy : Policy;
            headers["Referrer-Policy"] = "no-referrer";
            headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()";
            return next(context);
        });
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions
        {
            // Always revalidated, with 304 while unchanged, so a new version is never half an old one.
            OnPrepareResponse = static file => file.Context.Response.Headers[HeaderNames.CacheControl] = "no-cache",
        });
    }
}
