namespace MaskApi.Observability;

/// <summary>Counts every request by what became of it.</summary>
internal sealed class TelemetryMiddleware(RequestDelegate next, Telemetry telemetry)
{
    /// <summary>Runs the rest of the pipeline, which turns every failure into an answer, and counts.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        finally
        {
            // Also where an answer that had begun broke off, which no later part can turn into a problem.
            var facts = RequestFacts.Of(context);
            telemetry.CountRequest(RequestLog.Route(context), context.Response.StatusCode, facts.ProblemCode);
            if (facts.ProblemCode is { } code)
            {
                telemetry.CountRefusal(code);
            }
        }
    }
}
