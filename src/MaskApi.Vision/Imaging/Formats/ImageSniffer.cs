using System.Buffers.Binary;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>
/// Tells a file's format from its first bytes. Only these formats reach the decoder, so its other codecs (ICO, WBMP, camera raw) are out of
/// reach.
/// </summary>
internal static class ImageSniffer
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The format of a file.</summary>
    /// <param name="file">The file, or at least its first 32 bytes.</param>
    /// <exception cref="ImageRejectedException">The format is not supported.</exception>
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

        if (BmpHeader.IsBitmap(file))
        {
            return ImageFormat.Bmp;
        }

        throw new ImageRejectedException(ImageRejection.UnsupportedMediaType, Describe(file));
    }

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
            if (NamesAvif(file))
            {
                return "AVIF is not supported. Convert the picture to JPEG or PNG first.";
            }

            if (brand.StartsWith("he"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8))
            {
                return "HEIC is not supported. Convert the picture to JPEG first; "
                    + "an iPhone takes JPEG with the camera format 'Most Compatible'.";
            }
        }

        if (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8))
        {
            return "TIFF and camera raw are not supported. Convert the picture to JPEG or PNG first.";
        }

        return "The content is not in a supported picture format. " + accepted;
    }

    /// <summary>Whether the major brand is AVIF's or, if that is as general as <c>mif1</c>, one of the compatible brands is.</summary>
    private static bool NamesAvif(ReadOnlySpan<byte> file)
    {
        // The minor version lies between the major and the compatible brands.
        var brands = file[8..(int)Math.Clamp(BinaryPrimitives.ReadUInt32BigEndian(file), 12, (uint)file.Length)];
        for (; brands.Length >= 4; brands = brands[4..])
        {
            if (brands.StartsWith("avif"u8) || brands.StartsWith("avis"u8))
            {
                return true;
            }
        }

        return false;
    }
}
