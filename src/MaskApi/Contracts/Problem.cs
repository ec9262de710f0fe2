namespace MaskApi.Contracts;

/// <summary>A problem document (RFC 9457): the body of every error response.</summary>
internal sealed record Problem
{
    /// <summary>URI of the kind of problem.</summary>
    public required string Type { get; init; }

    /// <summary>Title of the kind of problem.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened this time.</summary>
    public required string Detail { get; init; }

    /// <summary>The requested path, without its query.</summary>
    public required string Instance { get; init; }

    /// <summary>Stable name of the kind of problem, for programs.</summary>
    public required string Code { get; init; }

    /// <summary>Finds this request in the service's log and traces.</summary>
    public required string TraceId { get; init; }

    /// <summary>For `invalid_parameter`: what is wrong, by parameter.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
}
