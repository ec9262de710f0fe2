using System.Buffers.Binary;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>
/// The orientation in a PNG's <c>eXIf</c> chunk (PNG third edition, 11.3.4.5) or a WebP's <c>EXIF</c> chunk. The codec leaves the first to
/// its caller and reads the second only in the standard's form. It reads JPEG's itself.
/// </summary>
internal static class ExifBlock
{
    private const ushort OrientationTag = 0x0112;

    /// <summary>The flag in a WebP's first chunk that announces EXIF metadata (RFC 9649, 2.7).</summary>
    private const byte WebpExifFlag = 0x08;

    /// <summary>The orientation of a PNG, or <see cref="ExifOrientation.TopLeft"/>.</summary>
    /// <param name="file">A PNG file, whole or not.</param>
    internal static ExifOrientation OfPng(ReadOnlySpan<byte> file)
    {
        foreach (var chunk in new PngChunks(file))
        {
            if (chunk.Is("eXIf"u8))
            {
                return Read(chunk.Data);
            }
        }

        return ExifOrientation.TopLeft;
    }

    /// <summary>The orientation of a WebP, or <see cref="ExifOrientation.TopLeft"/>.</summary>
    /// <param name="file">A WebP file, whole or not.</param>
    internal static ExifOrientation OfWebp(ReadOnlySpan<byte> file)
    {
        var announced = false;
        foreach (var chunk in new WebpChunks(file))
        {
            if (chunk.Is("VP8X"u8))
            {
                announced = chunk.Data is [var flags, ..] && (flags & WebpExifFlag) != 0;
            }
            else if (announced && chunk.Is("EXIF"u8))
            {
                return Read(chunk.Data);
            }
        }

        return ExifOrientation.TopLeft;
    }

    /// <summary>Pillow and sharp start the block as in a JPEG, which neither standard asks for.</summary>
    private static ExifOrientation Read(ReadOnlySpan<byte> block)
    {
        var prefix = "Exif\0\0"u8;
        return ReadTiff(block.StartsWith(prefix) ? block[prefix.Length..] : block);
    }

    /// <summary>Finds the tag in the first directory of a TIFF block (TIFF 6.0, section 2).</summary>
    private static ExifOrientation ReadTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II"u8) || tiff.StartsWith("MM"u8)))
        {
            return ExifOrientation.TopLeft;
        }

        var little = tiff[0] == (byte)'I';
        var directory = UInt32(tiff[4..], little);
        if (directory > tiff.Length - 2)
        {
            return ExifOrientation.TopLeft;
        }

        var entries = tiff[((int)directory + 2)..];
        for (var count = UInt16(tiff[(int)directory..], little); count > 0 && entries.Length >= 12; count--, entries = entries[12..])
        {
            if (UInt16(entries, little) == OrientationTag && (ExifOrientation)UInt16(entries[8..], little) is var orientation
                && Enum.IsDefined(orientation))
            {
                return orientation;
            }
        }

        return ExifOrientation.TopLeft;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
