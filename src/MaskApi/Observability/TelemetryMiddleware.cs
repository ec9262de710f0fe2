namespace MaskApi.Observability;

/// <summary>Counts every request by what became of it.</summary>
internal sealed class TelemetryMiddleware(RequestDelegate next, Telemetry telemetry)
{
    /// <summary>Runs the rest of the pipeline, which turns every failure into an answer, and counts.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        var facts = RequestFacts.Of(context);
        telemetry.CountRequest(RequestLog.Route(context), context.Response.StatusCode, facts.ProblemCode);
        if (facts.ProblemCode is { } code)
        {
            telemetry.CountRefusal(code);
        }
    }
}
