namespace MaskApi.Hosting;

/// <summary>Answers HEAD wherever GET is answered (RFC 9110, section 9.1): load balancers probe with it, and messengers look at links.</summary>
internal static class HeadRequests
{
    /// <summary>Lets the endpoint of GET make the answer; the server, which still knows what was asked, sends its headers alone.</summary>
    public static void UseHeadRequests(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await next(context);
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
