using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;

namespace MaskApi.TestPictures;

/// <summary>Files with an EXIF orientation.</summary>
public static class Orientations
{
    /// <summary>Adds an EXIF block with just an orientation to a JPEG, PNG or simple WebP file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="orientation">The orientation.</param>
    /// <param name="littleEndian">Whether the block is little-endian.</param>
    /// <param name="prefixed">Whether a block outside a JPEG also begins with "Exif" and two zeros, as some writers do.</param>
    public static byte[] WithOrientation(
        byte[] file, ImageFormat format, ExifOrientation orientation, bool littleEndian = false, bool prefixed = false)
    {
        ArgumentNullException.ThrowIfNull(file);

        // TIFF header, one entry (tag 0x0112, SHORT, count 1), no further directory.
        byte[] tiff = littleEndian
            ? [(byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0]
            : [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        byte[] block = prefixed || format == ImageFormat.Jpeg ? [.. "Exif\0\0"u8, .. tiff] : tiff;
        return format switch
        {
            ImageFormat.Jpeg => JpegFiles.WithSegment(file, 0xE1, block),
            ImageFormat.Png => [.. file[..33], .. PngFiles.Chunk("eXIf", block), .. file[33..]],
            ImageFormat.Webp => WebpFiles.Extended(file, 0x08, [], [("EXIF", block)]),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }
}
