namespace MaskApi.Client;

/// <summary>A problem document (RFC 9457) of the service.</summary>
public sealed record Problem
{
    /// <summary>Stable name of the kind of problem: one of <see cref="ProblemCodes"/>, or a newer one.</summary>
    public required string Code { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>Title of the kind of problem.</summary>
    public required string Title { get; init; }

    /// <summary>What happened this time.</summary>
    public string? Detail { get; init; }

    /// <summary>Finds the request in the service's log and traces.</summary>
    public string? TraceId { get; init; }

    /// <summary>For <see cref="ProblemCodes.InvalidParameter"/>: what is wrong, by parameter.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
}

/// <summary>The codes of the service's contract.</summary>
public static class ProblemCodes
{
    /// <summary>No picture was sent.</summary>
    public const string ImageMissing = "image_missing";

    /// <summary>A parameter is not valid.</summary>
    public const string InvalidParameter = "invalid_parameter";

    /// <summary>The body is malformed.</summary>
    public const string InvalidBody = "invalid_body";

    /// <summary>A valid API key is required.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The address may not be fetched.</summary>
    public const string UrlNotAllowed = "url_not_allowed";

    /// <summary>The annotated picture has expired or never existed.</summary>
    public const string AnnotationNotFound = "annotation_not_found";

    /// <summary>Nothing is found at the path.</summary>
    public const string NotFound = "not_found";

    /// <summary>Method not allowed.</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>No acceptable media type is available.</summary>
    public const string NotAcceptable = "not_acceptable";

    /// <summary>The body arrived too slowly.</summary>
    public const string RequestTimeout = "request_timeout";

    /// <summary>The picture has too many bytes.</summary>
    public const string ImageTooLarge = "image_too_large";

    /// <summary>The batch has too many bytes or pictures.</summary>
    public const string BatchTooLarge = "batch_too_large";

    /// <summary>The content is not a supported picture.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>The picture is corrupt or incomplete.</summary>
    public const string ImageUndecodable = "image_undecodable";

    /// <summary>The picture has too many pixels.</summary>
    public const string ImageTooManyPixels = "image_too_many_pixels";

    /// <summary>The picture is too small.</summary>
    public const string ImageTooSmall = "image_too_small";

    /// <summary>The picture could not be fetched from its address.</summary>
    public const string UrlFetchFailed = "url_fetch_failed";

    /// <summary>The service is at capacity.</summary>
    public const string Overloaded = "overloaded";

    /// <summary>Too many requests from this caller.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>The service failed.</summary>
    public const string InternalError = "internal_error";

    /// <summary>The service is not ready yet.</summary>
    public const string NotReady = "not_ready";

    /// <summary>The service is shutting down.</summary>
    public const string Draining = "draining";

    /// <summary>Processing timed out.</summary>
    public const string ProcessingTimeout = "processing_timeout";

    /// <summary>The response was not the service's own but, for example, a proxy's.</summary>
    public const string Unknown = "unknown";
}
