using System.Diagnostics;
using System.Globalization;
using MaskApi.Contracts;
using MaskApi.Observability;
using MaskApi.Uploads;

namespace MaskApi.Problems;

/// <summary>Turns every exception, and every bare error status from routing, into a problem document.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    /// <summary>nginx's status for a caller who left: nobody reads the response, but the request log shows it.</summary>
    private const int ClientClosedRequest = 499;

    /// <summary>The request log's code for a caller who left or was disconnected.</summary>
    public const string ClientLeft = "client_left";

    /// <summary>Runs the rest of the pipeline.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Also while a problem is being written: a truncated body is noticed before its sender is known to be gone.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = ClientClosedRequest;
            }

            RequestFacts.Of(context).ProblemCode = ClientLeft;
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var problem = ProblemMapper.ToProblem(exception);
            if (problem.Kind == ProblemKinds.InternalError)
            {
                LogDefect(logger, exception);
            }

            await WriteAsync(context, problem);
            if (problem.Kind != ProblemKinds.RequestTimeout && problem.Kind != ProblemKinds.Draining)
            {
                await BodyDrain.RunAsync(context);
            }

            return;
        }

        if (!context.Response.HasStarted && context.Response.ContentType is null && KindOf(context.Response.StatusCode) is { } kind)
        {
            await WriteAsync(context, new ProblemException(kind, kind.Example));
            await BodyDrain.RunAsync(context);
        }
    }

    /// <summary>Writes a problem as the whole response; headers set so far stay.</summary>
    public static async Task WriteAsync(HttpContext context, ProblemException problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Kind.Status;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } delay)
        {
            // Whole seconds, rounded up, so an obedient caller does not come too early.
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (problem.Kind == ProblemKinds.RequestTimeout)
        {
            // The rest of the body may go on for ever, and nobody will read it.
            response.Headers.Connection = "close";
        }

        RequestFacts.Of(context).ProblemCode = problem.Kind.Code;
        await response.WriteAsJsonAsync(
            Occurrence.Of(context).Describe(problem),
            MaskApiJson.Wire.Problem,
            "application/problem+json",
            context.RequestAborted);
    }

    /// <summary>Routing's bare statuses; everything else is refused by an exception.</summary>
    private static ProblemKind? KindOf(int status) => status switch
    {
        StatusCodes.Status404NotFound => ProblemKinds.NotFound,
        StatusCodes.Status405MethodNotAllowed => ProblemKinds.MethodNotAllowed,
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed because of a bug")]
    private static partial void LogDefect(ILogger logger, Exception exception);

    /// <summary>What all problem documents of one request share.</summary>
    /// <param name="Instance">Its path, without the query, which may contain the address of somebody's picture.</param>
    /// <param name="TraceId">Its id in log and traces.</param>
    internal sealed record Occurrence(string Instance, string TraceId)
    {
        /// <summary>Creates it for a request.</summary>
        public static Occurrence Of(HttpContext context) => new(
            context.Request.PathBase + context.Request.Path,
            Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier);

        /// <summary>The document for a problem.</summary>
        public Problem Describe(ProblemException problem) => new()
        {
            Type = problem.Kind.Type,
            Title = problem.Kind.Title,
            Status = problem.Kind.Status,
            Detail = problem.Message,
            Instance = Instance,
            Code = problem.Kind.Code,
            TraceId = TraceId,
            Errors = problem.Errors,
        };
    }
}
