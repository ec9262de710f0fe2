namespace MaskApi.Problems;

/// <summary>Ends a request with a problem document. The message is public: it reaches the caller as <c>detail</c>.</summary>
internal sealed class ProblemException : Exception
{
    /// <summary>Ends the request with <paramref name="kind"/>.</summary>
    /// <param name="kind">The row of the contract's table.</param>
    /// <param name="detail">What happened this time, in words for the caller; never a picture's name or bytes.</param>
    public ProblemException(ProblemKind kind, string detail) : base(detail) => Kind = kind;

    /// <summary>The problem <c>overloaded</c> for lack of memory, which other pictures free when they are done.</summary>
    /// <param name="detail">What happened, in words for the caller.</param>
    public static ProblemException OutOfMemory(string detail) =>
        new(ProblemKinds.Overloaded, detail) { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>The row of the contract's table.</summary>
    public ProblemKind Kind { get; }

    /// <summary>What is wrong with each parameter, for <see cref="ProblemKinds.InvalidParameter"/>.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>When to try again: the header Retry-After.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the picture timed out in the queue, as opposed to a refusal without waiting.</summary>
    public bool TimedOutInQueue { get; init; }
}
