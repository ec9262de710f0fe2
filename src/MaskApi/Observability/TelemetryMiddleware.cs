namespace MaskApi.Observability;

/// <summary>Counts every request by its outcome.</summary>
internal sealed class TelemetryMiddleware(RequestDelegate next, Telemetry telemetry)
{
    /// <summary>Runs the rest of the pipeline, which turns every failure into a response, and counts.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        finally
        {
            // Counts a response that broke off too, which nothing later can turn into a problem.
            var code = RequestFacts.Of(context).ProblemCode;
            telemetry.CountRequest(RequestLog.Route(context), context.Response.StatusCode, code);
        }
    }
}
