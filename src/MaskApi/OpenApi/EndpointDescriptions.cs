using MaskApi.Annotations;
using MaskApi.Contracts;
using MaskApi.Http;
using MaskApi.Problems;

namespace MaskApi.OpenApi;

/// <summary>Metadata with which handlers that read their own requests describe themselves to the OpenAPI document.</summary>
internal static class EndpointDescriptions
{
    /// <summary>Problems of every endpoint that works on pictures.</summary>
    private static readonly ProblemKind[] _workProblems =
    [
        ProblemKinds.InvalidParameter, ProblemKinds.NotAcceptable, ProblemKinds.Overloaded, ProblemKinds.RateLimited,
        ProblemKinds.InternalError, ProblemKinds.NotReady, ProblemKinds.Draining, ProblemKinds.ProcessingTimeout,
    ];

    /// <summary>Problems of an upload.</summary>
    private static readonly ProblemKind[] _uploadProblems = [ProblemKinds.InvalidBody, ProblemKinds.RequestTimeout];

    /// <summary>Problems of a request that names or holds a picture.</summary>
    private static readonly ProblemKind[] _requestProblems =
        [ProblemKinds.ImageMissing, ProblemKinds.Unauthorized, ProblemKinds.UnsupportedMediaType];

    /// <summary>Problems of one picture.</summary>
    private static readonly ProblemKind[] _pictureProblems =
    [
        ProblemKinds.UrlNotAllowed, ProblemKinds.ImageTooLarge, ProblemKinds.ImageUndecodable, ProblemKinds.ImageTooManyPixels,
        ProblemKinds.ImageTooSmall, ProblemKinds.UrlFetchFailed,
    ];

    /// <summary>The body is one picture, in any of the supported ways.</summary>
    public static RouteHandlerBuilder TakesPicture(this RouteHandlerBuilder builder) =>
        builder.WithMetadata(new PictureBody());

    /// <summary>The body is a form with several pictures.</summary>
    public static RouteHandlerBuilder TakesPictures(this RouteHandlerBuilder builder) => builder.WithMetadata(new PicturesBody());

    /// <summary>The query may hold these parameters.</summary>
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder builder, IReadOnlyList<QueryParameter> parameters) =>
        builder.WithMetadata(new QueryMetadata(parameters));

    /// <summary>Describes a value in the route.</summary>
    public static RouteHandlerBuilder DescribesRoute(this RouteHandlerBuilder builder, string name, string description) =>
        builder.WithMetadata(new RouteMetadata(name, description));

    /// <summary>A successful response is a picture.</summary>
    public static RouteHandlerBuilder AnswersPicture(this RouteHandlerBuilder builder) => builder
        .WithMetadata(new PictureAnswer())
        .Produces(StatusCodes.Status200OK, null, OutputPicture.MediaTypes[0], [.. OutputPicture.MediaTypes.Skip(1)]);

    /// <summary>Any problem of an uploaded picture can occur.</summary>
    public static RouteHandlerBuilder MayFailOnPicture(this RouteHandlerBuilder builder) =>
        builder.MayFail([.. _workProblems, .. _requestProblems, .. _uploadProblems, .. _pictureProblems]);

    /// <summary>Any problem of a fetched picture can occur.</summary>
    public static RouteHandlerBuilder MayFailOnRemotePicture(this RouteHandlerBuilder builder) =>
        builder.MayFail([.. _workProblems, .. _requestProblems, .. _pictureProblems]);

    /// <summary>Any problem of a batch can occur.</summary>
    public static RouteHandlerBuilder MayFailOnBatch(this RouteHandlerBuilder builder) =>
        builder.MayFail([.. _workProblems, .. _requestProblems, .. _uploadProblems, ProblemKinds.BatchTooLarge]);

    /// <summary>Any problem of a link can occur.</summary>
    public static RouteHandlerBuilder MayFailOnLink(this RouteHandlerBuilder builder) =>
        builder.MayFail([.. _workProblems, ProblemKinds.AnnotationNotFound]);

    /// <summary>These problems can occur.</summary>
    public static RouteHandlerBuilder MayFail(this RouteHandlerBuilder builder, params ProblemKind[] kinds)
    {
        builder.WithMetadata(new ProblemMetadata(kinds));
        foreach (var status in kinds.Select(static kind => kind.Status).Distinct().Order())
        {
            builder.Produces<Problem>(status, "application/problem+json");
        }

        return builder;
    }

    /// <summary>Marks an endpoint whose body is one picture.</summary>
    internal sealed record PictureBody;

    /// <summary>Marks an endpoint whose body is a form with several pictures.</summary>
    internal sealed record PicturesBody;

    /// <summary>Marks an endpoint that responds with a picture.</summary>
    internal sealed record PictureAnswer;

    /// <summary>The description of a value in a route.</summary>
    internal sealed record RouteMetadata(string Name, string Description);

    /// <summary>The query parameters of an endpoint.</summary>
    internal sealed record QueryMetadata(IReadOnlyList<QueryParameter> Parameters);

    /// <summary>The problems of an endpoint.</summary>
    internal sealed record ProblemMetadata(IReadOnlyList<ProblemKind> Kinds);
}
