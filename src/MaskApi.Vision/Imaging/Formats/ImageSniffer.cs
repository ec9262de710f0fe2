using System.Buffers.Binary;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>
/// Tells a file's format by its first bytes. Only what is recognized here reaches the decoder, so its other codecs
/// (ICO, WBMP, camera raw) are no way in.
/// </summary>
internal static class ImageSniffer
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The format of a file.</summary>
    /// <param name="file">The file, or its first 32 bytes at least.</param>
    /// <exception cref="ImageRejectedException">It is of no format that is read.</exception>
    internal static ImageFormat Identify(ReadOnlySpan<byte> file)
    {
        if (file is [0xFF, 0xD8, 0xFF, ..])
        {
            return ImageFormat.Jpeg;
        }

        if (file.StartsWith(PngSignature))
        {
            return ImageFormat.Png;
        }

        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8))
        {
            return ImageFormat.Gif;
        }

        if (file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8))
        {
            return ImageFormat.Webp;
        }

        if (IsBitmap(file))
        {
            return ImageFormat.Bmp;
        }

        throw new ImageRejectedException(ImageRejection.UnsupportedMediaType, Describe(file));
    }

    /// <summary>"BM" alone begins many texts too; the size of the header that follows settles it.</summary>
    private static bool IsBitmap(ReadOnlySpan<byte> file) =>
        file.Length >= 18 && file.StartsWith("BM"u8) && BinaryPrimitives.ReadUInt32LittleEndian(file[14..]) is 12 or 40 or 52 or 56 or 64 or 108 or 124;

    private static string Describe(ReadOnlySpan<byte> file)
    {
        const string accepted = "Send JPEG, PNG, WebP, GIF or BMP.";
        if (file.IsEmpty)
        {
            return "The content is empty. " + accepted;
        }

        // ISO base media: a box length, "ftyp", the major brand (ISO/IEC 23008-12 annex B, AV1 image file format).
        if (file.Length >= 12 && file[4..].StartsWith("ftyp"u8))
        {
            var brand = file.Slice(8, 4);
            if (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8))
            {
                return "AVIF pictures are not read. Convert the picture to JPEG or PNG first.";
            }

            if (brand.StartsWith("he"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8))
            {
                return "HEIC pictures are not read. Convert the picture to JPEG first; an iPhone takes JPEG with the camera format 'Most Compatible'.";
            }
        }

        if (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8))
        {
            return "TIFF and camera raw pictures are not read. Convert the picture to JPEG or PNG first.";
        }

        return "The content is not a picture that is read. " + accepted;
    }
}
