using MaskApi.Vision;

namespace MaskApi.Cli.Analysis;

/// <summary>The result of one picture.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Width">Width of the upright picture in pixels; 0 if it failed.</param>
/// <param name="Height">Height of the upright picture in pixels; 0 if it failed.</param>
/// <param name="Faces">The faces, largest first.</param>
internal sealed record PictureResult(string Name, int Width, int Height, IReadOnlyList<FaceVerdict> Faces)
{
    /// <summary>Why the picture failed; null if it did not.</summary>
    public PictureFailure? Failure { get; init; }

    /// <summary>The result of a picture that failed.</summary>
    public static PictureResult Failed(string name, PictureFailure failure) => new(name, 0, 0, []) { Failure = failure };
}

/// <summary>Why a picture failed.</summary>
/// <param name="Code">The service's problem code, if it has one for this.</param>
/// <param name="Message">An explanation to read.</param>
internal sealed record PictureFailure(string Code, string Message)
{
    /// <summary>The file cannot be read.</summary>
    public const string Unreadable = "file_unreadable";
}

/// <summary>One picture failed; the run continues.</summary>
internal sealed class PictureFailedException(string code, string message) : Exception(message)
{
    /// <summary>Why it failed.</summary>
    public PictureFailure Failure => new(code, Message);
}
