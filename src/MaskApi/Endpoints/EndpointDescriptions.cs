using MaskApi.Contracts;
using MaskApi.Problems;

namespace MaskApi.Endpoints;

/// <summary>What handlers that read their own requests tell the OpenAPI document about themselves.</summary>
internal static class EndpointDescriptions
{
    private static readonly ProblemKind[] _pictureProblems =
    [
        ProblemKinds.ImageMissing, ProblemKinds.InvalidParameter, ProblemKinds.InvalidBody, ProblemKinds.UrlNotAllowed,
        ProblemKinds.NotAcceptable, ProblemKinds.RequestTimeout, ProblemKinds.ImageTooLarge, ProblemKinds.UnsupportedMediaType,
        ProblemKinds.ImageUndecodable, ProblemKinds.ImageTooManyPixels, ProblemKinds.ImageTooSmall, ProblemKinds.Overloaded,
        ProblemKinds.InternalError, ProblemKinds.NotReady, ProblemKinds.ProcessingTimeout,
    ];

    /// <summary>The body is one picture, in any of the ways.</summary>
    public static RouteHandlerBuilder TakesPicture(this RouteHandlerBuilder builder) => builder.WithMetadata(new PictureBody());

    /// <summary>The query may hold these parameters.</summary>
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder builder, IReadOnlyList<QueryParameter> parameters) =>
        builder.WithMetadata(new QueryMetadata(parameters));

    /// <summary>A success is a picture.</summary>
    public static RouteHandlerBuilder AnswersPicture(this RouteHandlerBuilder builder) => builder
        .WithMetadata(new PictureAnswer())
        .Produces(StatusCodes.Status200OK, contentType: OutputPicture.MediaTypes[0], additionalContentTypes: [.. OutputPicture.MediaTypes.Skip(1)]);

    /// <summary>Everything that can go wrong with a picture can go wrong here.</summary>
    public static RouteHandlerBuilder MayFailOnPicture(this RouteHandlerBuilder builder) => builder.MayFail(_pictureProblems);

    /// <summary>These problems can occur.</summary>
    public static RouteHandlerBuilder MayFail(this RouteHandlerBuilder builder, params ProblemKind[] kinds)
    {
        builder.WithMetadata(new ProblemMetadata(kinds));
        foreach (var status in kinds.Select(static kind => kind.Status).Distinct())
        {
            builder.Produces<Problem>(status, "application/problem+json");
        }

        return builder;
    }

    /// <summary>Marks an endpoint whose body is one picture.</summary>
    internal sealed record PictureBody;

    /// <summary>Marks an endpoint whose answer is a picture.</summary>
    internal sealed record PictureAnswer;

    /// <summary>The query parameters of an endpoint.</summary>
    internal sealed record QueryMetadata(IReadOnlyList<QueryParameter> Parameters);

    /// <summary>The problems of an endpoint.</summary>
    internal sealed record ProblemMetadata(IReadOnlyList<ProblemKind> Kinds);
}
