using System.Globalization;
using MaskApi.Contracts;

namespace MaskApi.Observability;

/// <summary>What a request's log line says beyond method, route and status. Never a picture's name, bytes or address.</summary>
internal sealed class RequestFacts
{
    /// <summary>The <c>code</c> of the problem that ended it, if any.</summary>
    public string? ProblemCode { get; set; }

    /// <summary>Number of faces by verdict.</summary>
    public FaceSummary? Summary { get; set; }

    /// <summary>Time spent in each stage.</summary>
    public Timings? Timings { get; set; }

    /// <summary>The facts of a request; created on first use.</summary>
    public static RequestFacts Of(HttpContext context)
    {
        if (context.Features.Get<RequestFacts>() is not { } facts)
        {
            context.Features.Set(facts = new RequestFacts());
        }

        return facts;
    }

    /// <summary>Reports the work on one picture: to the request log, and to the caller's tools as <c>Server-Timing</c>.</summary>
    public static void Report(HttpContext context, FaceSummary summary, Timings timings)
    {
        var facts = Of(context);
        facts.Summary = summary;
        facts.Timings = timings;
        context.Response.Headers["Server-Timing"] = string.Create(
            CultureInfo.InvariantCulture,
            $"decode;dur={timings.DecodeMs}, detect;dur={timings.DetectMs}, classify;dur={timings.ClassifyMs}, "
            + $"total;dur={timings.TotalMs}");
    }
}
