using MaskApi.Vision.Imaging.Formats;

namespace MaskApi.Vision.Imaging;

/// <summary>
/// How much memory it takes to decode a file and turn it upright. Some codecs keep a picture of their own until all of it is there, so
/// that a file of 50 megapixels takes up to three times its pixels: measured 4 bytes a pixel for most files, 8 for PNG with
/// interlacing and lossless WebP, 10 for a progressive JPEG without subsampling, 12 for a PNG with interlacing and 16 bits a sample.
/// </summary>
internal static class DecodingMemory
{
    // Of the IHDR chunk, which always comes first (PNG third edition, 11.2.1).
    private const int PngDepth = 24;
    private const int PngInterlace = 28;

    /// <summary>Bytes at the peak.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">What its header says.</param>
    internal static long Peak(ReadOnlySpan<byte> file, ImageHeader header)
    {
        var decoding = Raster.BytesPerPixel + KeptByCodec(header.Format, file);
        var turning = header.Orientation == ExifOrientation.TopLeft ? 0 : 2 * Raster.BytesPerPixel;
        return (long)Math.Ceiling(header.Pixels * (double)Math.Max(decoding, turning));
    }

    /// <summary>Bytes a pixel that the codec keeps beside the raster.</summary>
    private static float KeptByCodec(ImageFormat format, ReadOnlySpan<byte> file) => format switch
    {
        ImageFormat.Jpeg => JpegStructure.CoefficientBytes(file),
        ImageFormat.Png when file.Length > PngInterlace && file[PngInterlace] != 0 => file[PngDepth] > 8 ? 2 * Raster.BytesPerPixel : Raster.BytesPerPixel,
        ImageFormat.Webp when !IsPlainLossy(file) => Raster.BytesPerPixel,
        _ => 0,
    };

    /// <summary>Whether the first chunk of a WebP that holds pixels is a lossy picture, and neither a lossless one nor transparency nor a frame.</summary>
    private static bool IsPlainLossy(ReadOnlySpan<byte> file)
    {
        foreach (var chunk in new WebpChunks(file))
        {
            if (chunk.Is("VP8 "u8))
            {
                return true;
            }

            if (chunk.Is("VP8L"u8) || chunk.Is("ALPH"u8) || chunk.Is("ANMF"u8))
            {
                return false;
            }
        }

        return false;
    }
}
