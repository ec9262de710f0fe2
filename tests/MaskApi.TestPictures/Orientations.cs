using System.Buffers.Binary;
using System.Text;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.TestPictures;

/// <summary>Files that say how they are to be turned.</summary>
public static class Orientations
{
    /// <summary>Puts an Exif block with nothing but an orientation into a JPEG, PNG or simple WebP file.</summary>
    public static byte[] WithOrientation(byte[] file, ImageFormat format, ExifOrientation orientation)
    {
        ArgumentNullException.ThrowIfNull(file);

        // TIFF header, one entry (tag 0x0112, SHORT, count 1), no further directory; big-endian.
        byte[] tiff = [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        return format switch
        {
            ImageFormat.Jpeg => JpegFiles.WithSegment(file, 0xE1, [.. "Exif\0\0"u8, .. tiff]),
            ImageFormat.Png => [.. file[..33], .. PngFiles.Chunk("eXIf", tiff), .. file[33..]],
            ImageFormat.Webp => ExtendedWebp(file, tiff),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }

    /// <summary>A simple file (RIFF, size, WEBP, VP8) becomes an extended one: VP8X first, EXIF last.</summary>
    private static byte[] ExtendedWebp(byte[] file, byte[] exif)
    {
        using var codec = SKCodec.Create(new MemoryStream(file));
        var flags = new byte[10];
        flags[0] = 0x08;
        BinaryPrimitives.WriteUInt16LittleEndian(flags.AsSpan(4), (ushort)(codec.Info.Width - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(flags.AsSpan(7), (ushort)(codec.Info.Height - 1));
        return RiffChunk("RIFF", [.. "WEBP"u8, .. RiffChunk("VP8X", flags), .. file[12..], .. RiffChunk("EXIF", exif)]);
    }

    private static byte[] RiffChunk(string type, byte[] data)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, data.Length);
        return [.. Encoding.ASCII.GetBytes(type), .. size, .. data, .. new byte[data.Length % 2]];
    }
}
