namespace MaskApi.Vision.Imaging;

/// <summary>Why a picture was refused.</summary>
public enum ImageRejection
{
    /// <summary>The file is not in a supported format.</summary>
    UnsupportedMediaType,

    /// <summary>The content is truncated, corrupt, or of a kind that is not supported.</summary>
    Undecodable,

    /// <summary>The header announces more pixels than allowed.</summary>
    TooManyPixels,

    /// <summary>A side is shorter than allowed.</summary>
    TooSmall,
}

/// <summary>A picture was refused. The message is for the caller and reveals nothing of the picture.</summary>
public sealed class ImageRejectedException : Exception
{
    /// <summary>Creates the exception for an undecodable picture.</summary>
    public ImageRejectedException() : this(ImageRejection.Undecodable, "The picture cannot be decoded.")
    {
    }

    /// <summary>Creates the exception for an undecodable picture.</summary>
    /// <param name="message">The message for the caller.</param>
    public ImageRejectedException(string message) : this(ImageRejection.Undecodable, message)
    {
    }

    /// <summary>Creates the exception for an undecodable picture.</summary>
    /// <param name="message">The message for the caller.</param>
    /// <param name="innerException">The cause.</param>
    public ImageRejectedException(string message, Exception innerException) : base(message, innerException)
    {
        Reason = ImageRejection.Undecodable;
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="reason">The kind of refusal.</param>
    /// <param name="message">The message for the caller.</param>
    public ImageRejectedException(ImageRejection reason, string message) : base(message)
    {
        Reason = reason;
    }

    /// <summary>The kind of refusal.</summary>
    public ImageRejection Reason { get; }
}
