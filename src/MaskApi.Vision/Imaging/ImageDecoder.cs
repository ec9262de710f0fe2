namespace MaskApi.Vision.Imaging;

/// <summary>Turns an image file into an upright <see cref="Raster"/>, within limits.</summary>
public static class ImageDecoder
{
    /// <summary>Reads the header and checks it against the limits; no pixel is decoded or allocated.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <exception cref="ImageRejectedException">The content is no picture that is read, or is outside the limits.</exception>
    public static ImageHeader ReadHeader(ReadOnlyMemory<byte> encoded, DecodeLimits limits) => throw new NotImplementedException();

    /// <summary>Decodes the first frame, turned upright, in sRGB, composited on white where it is transparent.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <returns>The picture, owned by the caller.</returns>
    /// <exception cref="ImageRejectedException">The content is no picture that is read, is outside the limits, or pixels are missing.</exception>
    public static Raster Decode(ReadOnlyMemory<byte> encoded, DecodeLimits limits, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
