namespace MaskApi.Vision.Imaging;

/// <summary>Why a picture was refused.</summary>
public enum ImageRejection
{
    /// <summary>The content is not a picture of a format that is read.</summary>
    UnsupportedMediaType,

    /// <summary>The content is truncated or corrupt.</summary>
    Undecodable,

    /// <summary>The header announces more pixels than allowed.</summary>
    TooManyPixels,

    /// <summary>A side is shorter than allowed.</summary>
    TooSmall,
}

/// <summary>A picture was refused. The message is meant for the caller and holds nothing of the picture.</summary>
public sealed class ImageRejectedException : Exception
{
    /// <summary>Creates the exception for an undecodable picture.</summary>
    public ImageRejectedException() : this(ImageRejection.Undecodable, "The picture cannot be decoded.")
    {
    }

    /// <summary>Creates the exception for an undecodable picture.</summary>
    /// <param name="message">What to tell the caller.</param>
    public ImageRejectedException(string message) : this(ImageRejection.Undecodable, message)
    {
    }

    /// <summary>Creates the exception for an undecodable picture.</summary>
    /// <param name="message">What to tell the caller.</param>
    /// <param name="innerException">What led to it.</param>
    public ImageRejectedException(string message, Exception innerException) : base(message, innerException)
    {
        Reason = ImageRejection.Undecodable;
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="reason">The kind of refusal.</param>
    /// <param name="message">What to tell the caller.</param>
    public ImageRejectedException(ImageRejection reason, string message) : base(message)
    {
        Reason = reason;
    }

    /// <summary>The kind of refusal.</summary>
    public ImageRejection Reason { get; }
}
