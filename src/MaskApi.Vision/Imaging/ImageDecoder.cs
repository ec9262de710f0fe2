namespace MaskApi.Vision.Imaging;

/// <summary>
/// Decodes an image file into an upright <see cref="Raster"/>, within limits. <see cref="ImageFile"/> does it step by step.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Reads the header and checks it against the limits; decodes and allocates no pixel.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <exception cref="ImageRejectedException">The file is not a supported picture, or exceeds the limits.</exception>
    public static ImageHeader ReadHeader(ReadOnlyMemory<byte> encoded, DecodeLimits limits)
    {
        using var file = ImageFile.Open(encoded, limits);
        return file.Header;
    }

    /// <summary>Peak memory of decoding in bytes, including the picture. Files that must be decoded as a whole take more.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="header">Its header, from <see cref="ReadHeader"/>.</param>
    public static long PeakMemory(ReadOnlyMemory<byte> encoded, ImageHeader header) => DecodingMemory.Peak(encoded.Span, header);

    /// <summary>Decodes the first frame: upright, in sRGB, composited on white where transparent.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <returns>The picture, owned by the caller.</returns>
    /// <exception cref="ImageRejectedException">The file is not a supported picture, exceeds the limits, or lacks pixels.</exception>
    public static Raster Decode(ReadOnlyMemory<byte> encoded, DecodeLimits limits, CancellationToken cancellationToken) =>
        Decode(encoded, limits, 1, cancellationToken);

    /// <summary>Decodes at a fraction of the size.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <param name="reduction">1, 2, 4 or 8; only a JPEG can be reduced. Sides are rounded up.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <returns>The picture, owned by the caller.</returns>
    /// <exception cref="ImageRejectedException">As for decoding in full.</exception>
    internal static Raster Decode(
        ReadOnlyMemory<byte> encoded, DecodeLimits limits, int reduction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var file = ImageFile.Open(encoded, limits);
        return file.Decode(reduction, cancellationToken);
    }
}
