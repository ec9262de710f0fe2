namespace MaskApi.Client;

/// <summary>Formats in which the service sends pictures.</summary>
public enum AnnotationFormat
{
    /// <summary>Lossless.</summary>
    Png,

    /// <summary>Small, for photographs.</summary>
    Jpeg,

    /// <summary>Smaller.</summary>
    Webp,
}

/// <summary>How the faces of an annotated picture are made unrecognizable.</summary>
public enum Redaction
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Smooth colors.</summary>
    Blur,

    /// <summary>A few squares of one color each.</summary>
    Pixelate,
}

/// <summary>A picture with its faces marked out.</summary>
/// <param name="Bytes">The file's content.</param>
/// <param name="MediaType">Its media type: <c>image/png</c>, <c>image/jpeg</c> or <c>image/webp</c>.</param>
/// <param name="Summary">Number of faces by verdict.</param>
public sealed record AnnotatedPicture(ReadOnlyMemory<byte> Bytes, string MediaType, FaceSummary Summary);
