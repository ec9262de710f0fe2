using System.Diagnostics;
using System.Globalization;
using MaskApi.Problems;
using MaskApi.Vision;
using Serilog.AspNetCore;
using Serilog.Core;
using Serilog.Events;

namespace MaskApi.Observability;

/// <summary>One line per request.</summary>
internal static class RequestLog
{
    /// <summary>
    /// The template uses the route, not the path: paths contain the ids of annotated pictures, which are permissions, and queries contain
    /// addresses.
    /// </summary>
    public static void Configure(RequestLoggingOptions options)
    {
        options.MessageTemplate = "{Method:l} {Route:l} {StatusCode} {Code:l} in {Elapsed:0.0} ms{Found:l}";
        options.GetMessageTemplateProperties = static (context, _, elapsed, status) => Properties(context, elapsed, status);
        options.GetLevel = static (context, _, exception) => Level(context, exception);
    }

    /// <summary>The pattern of a request's route, such as <c>/v1/annotations/{id}</c>.</summary>
    public static string Route(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText?.TrimEnd('/') ?? "(none)";

    /// <summary>Only what a request has: a health check has no faces and no named caller.</summary>
    private static IEnumerable<LogEventProperty> Properties(HttpContext context, double elapsed, int status)
    {
        var facts = RequestFacts.Of(context);
        yield return Property("Method", context.Request.Method);
        yield return Property("Route", Route(context));
        yield return Property("StatusCode", status);
        yield return Property("Code", facts.ProblemCode ?? "ok");
        yield return Property("Elapsed", elapsed);
        yield return Property("RequestId", context.TraceIdentifier);
        yield return Property(
            "Found", facts.Summary is null ? "" : string.Create(CultureInfo.InvariantCulture, $", faces {facts.Summary.Faces}"));
        if (context.User.Identity?.Name is { } caller)
        {
            yield return Property("Caller", caller);
        }

        if (Activity.Current is { } activity)
        {
            yield return Property("TraceId", activity.TraceId.ToString());
        }

        if (facts.Summary is { } summary)
        {
            yield return Property("Faces", summary.Faces);
            foreach (var verdict in Verdicts.All)
            {
                yield return Property(verdict.Label.ToString(), summary.Count(verdict.Label));
            }
        }

        if (facts.Timings is { } timings)
        {
            yield return Property("DecodeMs", timings.DecodeMs);
            yield return Property("DetectMs", timings.DetectMs);
            yield return Property("ClassifyMs", timings.ClassifyMs);
        }
    }

    /// <summary>Removes the path from every event; the framework attaches it for the duration of a request.</summary>
    internal sealed class WithoutPath : ILogEventEnricher
    {
        /// <inheritdoc/>
        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory) => logEvent.RemovePropertyIfPresent("RequestPath");
    }

    /// <summary>
    /// Whether an event only says that a caller left while sending, which the request's line already tells. If the service stopped reading,
    /// the server cannot read the rest and logs that as an error with a stack.
    /// </summary>
    public static bool IsEchoOfLeaving(LogEvent logEvent) =>
        logEvent.Properties.TryGetValue("EventId", out var id)
        && id is StructureValue { Properties: var parts }
        && parts.Any(static part => part is { Name: "Name", Value: ScalarValue { Value: "RequestBodyDrainBodyReaderInvalidState" } });

    private static LogEventProperty Property(string name, object? value) => new(name, new ScalarValue(value));

    private static LogEventLevel Level(HttpContext context, Exception? exception) =>
        exception is not null || RequestFacts.Of(context).ProblemCode == ProblemKinds.InternalError.Code ? LogEventLevel.Error
        : context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) ? LogEventLevel.Debug
        : LogEventLevel.Information;
}
