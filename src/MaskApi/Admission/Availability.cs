using MaskApi.Problems;

namespace MaskApi.Admission;

/// <summary>Refuses at once what could not be worked on anyway, before a body is read, so nobody uploads for nothing.</summary>
/// <remarks>
/// Returns the refusal instead of throwing it. Under eightfold overload, seven of eight requests are refused, and an exception that passes
/// every await costs half a millisecond.
/// </remarks>
internal static class Availability
{
    /// <summary>An endpoint filter: ends requests with <c>not_ready</c> or <c>overloaded</c>.</summary>
    public static ValueTask<object?> RequireAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.RequestServices.GetRequiredService<PictureWorker>().Refusal() is { } problem
            ? ValueTask.FromResult<object?>(new Refused(problem))
            : next(context);

    private sealed class Refused(ProblemException problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => ProblemMiddleware.WriteAsync(httpContext, problem);
    }
}
