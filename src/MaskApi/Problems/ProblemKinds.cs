namespace MaskApi.Problems;

/// <summary>Every kind of problem that the service can answer with; nothing else is ever sent.</summary>
internal static class ProblemKinds
{
    public static readonly ProblemKind ImageMissing =
        new("image_missing", 400, "No picture was sent", "The body is empty.");

    public static readonly ProblemKind InvalidParameter =
        new("invalid_parameter", 400, "A parameter is not valid", "One or more query parameters are not valid; see 'errors'.");

    public static readonly ProblemKind InvalidBody =
        new("invalid_body", 400, "The body is malformed", "'image' is not valid base64.");

    public static readonly ProblemKind Unauthorized =
        new("unauthorized", 401, "A valid API key is required", "Send a valid key in the X-API-Key header.");

    public static readonly ProblemKind UrlNotAllowed =
        new("url_not_allowed", 403, "This address may not be fetched", "Fetching pictures by URL is turned off on this service.");

    public static readonly ProblemKind AnnotationNotFound =
        new("annotation_not_found", 404, "No such annotated picture", "The link has expired or never existed.");

    public static readonly ProblemKind NotFound =
        new("not_found", 404, "Not found", "See /swagger for the available paths.");

    public static readonly ProblemKind MethodNotAllowed =
        new("method_not_allowed", 405, "Method not allowed", "The Allow header lists the methods that this path supports.");

    public static readonly ProblemKind NotAcceptable =
        new("not_acceptable", 406, "No acceptable media type", "This endpoint offers image/png, image/jpeg or image/webp.");

    public static readonly ProblemKind RequestTimeout =
        new("request_timeout", 408, "The body arrived too slowly", "The body was not complete after 60 seconds.");

    public static readonly ProblemKind ImageTooLarge =
        new("image_too_large", 413, "The picture is too large", "A picture may have at most 20971520 bytes.");

    public static readonly ProblemKind BatchTooLarge =
        new("batch_too_large", 413, "The batch is too large", "A batch may hold at most 32 pictures.");

    public static readonly ProblemKind UnsupportedMediaType =
        new("unsupported_media_type", 415, "Unsupported picture format", "Send JPEG, PNG, WebP, GIF or BMP.");

    public static readonly ProblemKind ImageUndecodable =
        new("image_undecodable", 422, "The picture is corrupt or incomplete", "The picture data end early.");

    public static readonly ProblemKind ImageTooManyPixels =
        new("image_too_many_pixels", 422, "The picture has too many pixels", "30000 x 30000 pixels exceed the limit of 52000000.");

    public static readonly ProblemKind ImageTooSmall =
        new("image_too_small", 422, "The picture is too small", "Each side must be at least 16 pixels.");

    public static readonly ProblemKind UrlFetchFailed =
        new("url_fetch_failed", 422, "No picture could be fetched from the address", "The address did not answer with a picture.");

    public static readonly ProblemKind Overloaded =
        new("overloaded", 429, "The service is at capacity", "The work queue is full; try again after the time in Retry-After.");

    public static readonly ProblemKind RateLimited =
        new("rate_limited", 429, "Too many requests from this caller", "Try again after the time in Retry-After.");

    public static readonly ProblemKind InternalError =
        new("internal_error", 500, "Internal error", "The error was logged under this traceId.");

    public static readonly ProblemKind NotReady =
        new("not_ready", 503, "The service is not ready yet", "The models are still loading.");

    public static readonly ProblemKind Draining =
        new("draining", 503, "The service is shutting down", "Send the request again; another instance will handle it.");

    public static readonly ProblemKind ProcessingTimeout =
        new("processing_timeout", 503, "Processing timed out", "Processing was stopped after 30 seconds.");

    /// <summary>All kinds, ordered by status.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        ImageMissing, InvalidParameter, InvalidBody, Unauthorized, UrlNotAllowed, AnnotationNotFound, NotFound, MethodNotAllowed,
        NotAcceptable, RequestTimeout, ImageTooLarge, BatchTooLarge, UnsupportedMediaType, ImageUndecodable, ImageTooManyPixels,
        ImageTooSmall, UrlFetchFailed, Overloaded, RateLimited, InternalError, NotReady, Draining, ProcessingTimeout,
    ];
}
