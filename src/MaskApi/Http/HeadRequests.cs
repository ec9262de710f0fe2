namespace MaskApi.Http;

/// <summary>
/// Answers HEAD wherever GET is answered (RFC 9110, section 9.1): load balancers probe with it, and messengers check links.
/// </summary>
internal static class HeadRequests
{
    /// <summary>Lets the GET endpoint produce the response. The server remembers the method and sends only the headers.</summary>
    public static void UseHeadRequests(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await next(context);

            // Routing, which knows only GET, has already set the allowed methods (RFC 9110, section 15.5.6).
            if (context.Response is { StatusCode: StatusCodes.Status405MethodNotAllowed, HasStarted: false, Headers.Allow: [{ } allowed] }
                && allowed.Contains(HttpMethods.Get, StringComparison.Ordinal))
            {
                context.Response.Headers.Allow = $"{allowed}, {HttpMethods.Head}";
            }

            return;
        }

        context.Request.Method = HttpMethods.Get;
        try
        {
            await next(context);
        }
        finally
        {
            // For the log and the metrics.
            context.Request.Method = HttpMethods.Head;
        }
    });
}
