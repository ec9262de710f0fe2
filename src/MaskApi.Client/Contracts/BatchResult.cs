namespace MaskApi.Client;

/// <summary>The result of one picture of a batch: either a detection or a problem.</summary>
public sealed record BatchResult
{
    /// <summary>The name that the picture was sent with.</summary>
    public required string Name { get; init; }

    /// <summary>The HTTP status that the picture alone would have got.</summary>
    public required int Status { get; init; }

    /// <summary>What was found; null if the picture failed.</summary>
    public Detection? Detection { get; init; }

    /// <summary>What went wrong; null if nothing did.</summary>
    public Problem? Problem { get; init; }

    /// <summary>What was found, or throws what went wrong.</summary>
    /// <exception cref="MaskApiException">The picture failed.</exception>
    public Detection GetDetectionOrThrow() => Detection ?? throw MaskApiException.For(
        Problem ?? new Problem { Code = ProblemCodes.Unknown, Status = Status, Title = "The picture failed for an unknown reason." },
        retryAfter: null);
}

/// <summary>The answer to a batch.</summary>
internal sealed record DetectionBatch(IReadOnlyList<BatchResult> Results);

/// <summary>The body that names a picture by its address.</summary>
internal sealed record PictureAddress(Uri ImageUrl);
