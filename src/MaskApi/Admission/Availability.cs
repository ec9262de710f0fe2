using MaskApi.Problems;

namespace MaskApi.Admission;

/// <summary>Refuses at once what could not be worked on anyway, before a body is read, so that nobody uploads in vain.</summary>
/// <remarks>
/// Answered and not thrown: with eight times too much to do, a service refuses seven times as often as it works, and an
/// exception on its way through all that awaits costs half a millisecond each time.
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
