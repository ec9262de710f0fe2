namespace MaskApi.Client;

/// <summary>The service refused or failed. Problems that callers handle differently have types of their own.</summary>
public class MaskApiException : Exception
{
    /// <summary>For a problem that the service reported.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="retryAfter">How long the service asks callers to wait; null if it does not say.</param>
    public MaskApiException(Problem problem, TimeSpan? retryAfter)
        : base(Describe(problem))
    {
        Problem = problem;
        RetryAfter = retryAfter;
    }

    /// <summary>The problem that the service reported.</summary>
    public Problem Problem { get; }

    /// <summary>Stable name of the kind of problem: one of <see cref="ProblemCodes"/>, or a newer one.</summary>
    public string Code => Problem.Code;

    /// <summary>How long to wait before the next attempt; null if the service does not say.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Creates the exception of the type that fits a problem.</summary>
    internal static MaskApiException For(Problem problem, TimeSpan? retryAfter) => problem.Code switch
    {
        ProblemCodes.ImageMissing or ProblemCodes.ImageTooLarge or ProblemCodes.BatchTooLarge or ProblemCodes.UnsupportedMediaType
            or ProblemCodes.ImageUndecodable or ProblemCodes.ImageTooManyPixels or ProblemCodes.ImageTooSmall
            or ProblemCodes.UrlNotAllowed or ProblemCodes.UrlFetchFailed => new PictureRejectedException(problem, retryAfter),
        ProblemCodes.InvalidParameter or ProblemCodes.InvalidBody or ProblemCodes.NotAcceptable or ProblemCodes.NotFound
            or ProblemCodes.MethodNotAllowed => new InvalidRequestException(problem, retryAfter),
        ProblemCodes.Unauthorized => new UnauthorizedException(problem, retryAfter),
        ProblemCodes.Overloaded or ProblemCodes.RateLimited or ProblemCodes.NotReady or ProblemCodes.Draining
            or ProblemCodes.ProcessingTimeout or ProblemCodes.RequestTimeout => new ServiceBusyException(problem, retryAfter),
        _ => new MaskApiException(problem, retryAfter),
    };

    private static string Describe(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var errors = problem.Errors?.Select(static error => $" {error.Key} {string.Join(", ", error.Value)}.") ?? [];
        return $"{problem.Title} ({problem.Code}, {problem.Status}). {problem.Detail}{string.Concat(errors)}".TrimEnd();
    }
}

/// <summary>The picture is at fault: sending it again changes nothing.</summary>
public sealed class PictureRejectedException : MaskApiException
{
    /// <inheritdoc/>
    public PictureRejectedException(Problem problem, TimeSpan? retryAfter)
        : base(problem, retryAfter)
    {
    }
}

/// <summary>The request is at fault: a parameter is out of range, or the base address is not the service's.</summary>
public sealed class InvalidRequestException : MaskApiException
{
    /// <inheritdoc/>
    public InvalidRequestException(Problem problem, TimeSpan? retryAfter)
        : base(problem, retryAfter)
    {
    }
}

/// <summary>The service requires a key or rejects the one it got: see <see cref="MaskApiClientOptions.ApiKey"/>.</summary>
public sealed class UnauthorizedException : MaskApiException
{
    /// <inheritdoc/>
    public UnauthorizedException(Problem problem, TimeSpan? retryAfter)
        : base(problem, retryAfter)
    {
    }
}

/// <summary>The service cannot take the picture now, even after retries; later it may.</summary>
public sealed class ServiceBusyException : MaskApiException
{
    /// <inheritdoc/>
    public ServiceBusyException(Problem problem, TimeSpan? retryAfter)
        : base(problem, retryAfter)
    {
    }
}
