using MaskApi.Vision.Imaging;

namespace MaskApi.Problems;

/// <summary>The one place where an exception becomes a row of the contract's table.</summary>
internal static class ProblemMapper
{
    /// <summary>
    /// Maps an exception to a problem. Anything unknown is a defect: its message stays inside, and the caller gets
    /// <see cref="ProblemKinds.InternalError"/>.
    /// </summary>
    public static ProblemException ToProblem(Exception exception) => exception switch
    {
        ProblemException problem => problem,
        ImageRejectedException rejected => new ProblemException(KindOf(rejected.Reason), rejected.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new ProblemException(ProblemKinds.ImageTooLarge, "The body is larger than this service accepts."),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } =>
            new ProblemException(ProblemKinds.RequestTimeout, "The body arrived too slowly."),
        BadHttpRequestException => new ProblemException(ProblemKinds.InvalidBody, "The request is malformed or its body ended early."),
        OutOfMemoryException => ProblemException.OutOfMemory("Not enough memory for this picture right now."),
        _ => new ProblemException(ProblemKinds.InternalError, ProblemKinds.InternalError.Example),
    };

    private static ProblemKind KindOf(ImageRejection reason) => reason switch
    {
        ImageRejection.UnsupportedMediaType => ProblemKinds.UnsupportedMediaType,
        ImageRejection.TooManyPixels => ProblemKinds.ImageTooManyPixels,
        ImageRejection.TooSmall => ProblemKinds.ImageTooSmall,
        _ => ProblemKinds.ImageUndecodable,
    };
}
