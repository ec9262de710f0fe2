using MaskApi.Vision.Imaging.Formats;

namespace MaskApi.Vision.Imaging;

/// <summary>
/// How much memory it takes to decode a file and orient it. Some codecs keep their own copy of a picture until all of it is there, so a
/// 50-megapixel file takes up to three times its pixels. Measured: 4 bytes a pixel for most files, 8 for interlaced PNG and lossless WebP,
/// 10 for progressive JPEG without subsampling, 12 for interlaced PNG with 16 bits a sample.
/// </summary>
internal static class DecodingMemory
{
    // In the IHDR chunk, which always comes first (PNG third edition, 11.2.1).
    private const int PngDepth = 24;
    private const int PngInterlace = 28;

    /// <summary>Bytes at the peak.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">Its header.</param>
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
        ImageFormat.Png when file.Length > PngInterlace && file[PngInterlace] != 0 =>
            file[PngDepth] > 8 ? 2 * Raster.BytesPerPixel : Raster.BytesPerPixel,
        ImageFormat.Webp when !IsPlainLossy(file) => Raster.BytesPerPixel,
        _ => 0,
    };

    /// <summary>
    /// Whether the first chunk of a WebP that holds pixels is a plain lossy picture: not lossless, no transparency, no frame.
    /// </summary>
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
