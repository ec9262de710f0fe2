namespace MaskApi.Vision.Imaging;

/// <summary>Turns an image file into an upright <see cref="Raster"/>, within limits. <see cref="ImageFile"/> does it step by step.</summary>
public static class ImageDecoder
{
    /// <summary>Reads the header and checks it against the limits; no pixel is decoded or allocated.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <exception cref="ImageRejectedException">The content is no picture that is read, or is outside the limits.</exception>
    public static ImageHeader ReadHeader(ReadOnlyMemory<byte> encoded, DecodeLimits limits)
    {
        using var file = ImageFile.Open(encoded, limits);
        return file.Header;
    }

    /// <summary>Bytes of memory that decoding takes at its peak, the picture included; more for files that have to be decoded as a whole.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="header">What <see cref="ReadHeader"/> said of it.</param>
    public static long PeakMemory(ReadOnlyMemory<byte> encoded, ImageHeader header) => DecodingMemory.Peak(encoded.Span, header);

    /// <summary>Decodes the first frame, turned upright, in sRGB, composited on white where it is transparent.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <returns>The picture, owned by the caller.</returns>
    /// <exception cref="ImageRejectedException">The content is no picture that is read, is outside the limits, or pixels are missing.</exception>
    public static Raster Decode(ReadOnlyMemory<byte> encoded, DecodeLimits limits, CancellationToken cancellationToken) =>
        Decode(encoded, limits, 1, cancellationToken);

    /// <summary>Decodes at a whole fraction of the size.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <param name="reduction">1, 2, 4 or 8; only a JPEG can be decoded at any but 1. Sides that are no multiples are rounded up.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <returns>The picture, owned by the caller.</returns>
    /// <exception cref="ImageRejectedException">As the full decoding.</exception>
    internal static Raster Decode(
        ReadOnlyMemory<byte> encoded, DecodeLimits limits, int reduction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var file = ImageFile.Open(encoded, limits);
        return file.Decode(reduction, cancellationToken);
    }
}
