using System.Buffers.Binary;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>The headers of a Windows or OS/2 bitmap (BITMAPFILEHEADER and BITMAPINFOHEADER in the Windows documentation).</summary>
internal static class BmpHeader
{
    /// <summary>Bytes of the headers; all but the first are named by their length.</summary>
    private const int FileHeader = 14, Os2Version1 = 12, Os2Version2Short = 16, Info = 40, WithAlphaMask = 56, Version4 = 108,
        Version5 = 124;

    /// <summary>Compressions: none, masks for color, masks for color and alpha.</summary>
    private const int Rgb = 0, BitFields = 3, AlphaBitFields = 6;

    /// <summary>Whether a file starts like a bitmap. Many texts start with "BM" too; the size of the next header settles it.</summary>
    /// <param name="file">The file, or its beginning.</param>
    internal static bool IsBitmap(ReadOnlySpan<byte> file) =>
        file.Length >= FileHeader + 4
        && file.StartsWith("BM"u8)
        && BinaryPrimitives.ReadUInt32LittleEndian(file[FileHeader..]) is Os2Version1 or Os2Version2Short or Info or 52 or WithAlphaMask
            or 64 or Version4 or Version5;

    /// <summary>Which feature of a bitmap is not supported, in words for its sender; null if it can be decoded.</summary>
    /// <param name="file">A bitmap, whole or not.</param>
    internal static string? Unread(ReadOnlySpan<byte> file)
    {
        const string advice = "Save it as PNG, or as a Windows bitmap.";
        if (file.Length < FileHeader + Os2Version1)
        {
            return null;
        }

        switch (BinaryPrimitives.ReadUInt32LittleEndian(file[FileHeader..]))
        {
            case Os2Version2Short:
                return "OS/2 bitmaps with a 16-byte header are not supported. " + advice;

            // Three bytes a color, one for each value of the bits. Where there are fewer, the decoder would read pixels as colors.
            case Os2Version1 when BinaryPrimitives.ReadUInt16LittleEndian(file[24..]) is <= 8 and var bits
                && BinaryPrimitives.ReadUInt32LittleEndian(file[10..]) < FileHeader + Os2Version1 + (3 << bits):
                return "OS/2 bitmaps with a short palette are not supported. " + advice;

            // Four bytes a color. A header may say how many there are; the decoder takes it at its word.
            case >= Info and var size when file.Length >= FileHeader + Info
                && BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) is > 0 and <= 8 and var bits
                && BinaryPrimitives.ReadUInt32LittleEndian(file[46..]) == 0
                && BinaryPrimitives.ReadUInt32LittleEndian(file[10..]) < FileHeader + size + (4u << bits):
                return "Bitmaps with a short palette whose header does not state its length are not supported. Save it as PNG.";
            default:
                return null;
        }
    }

    /// <summary>Locates the alpha of each pixel; null if a bitmap has none. Chromium goes by the same headers.</summary>
    /// <param name="file">A bitmap, whole or not.</param>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    internal static AlphaPlane? Alpha(ReadOnlySpan<byte> file, int width, int height)
    {
        if (file.Length < FileHeader + WithAlphaMask)
        {
            return null;
        }

        var header = BinaryPrimitives.ReadUInt32LittleEndian(file[FileHeader..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(file[28..]);
        var hasMask = BinaryPrimitives.ReadUInt32LittleEndian(file[30..]) switch
        {
            Rgb => header is Version4 or Version5 && bits == 32,
            BitFields => header is WithAlphaMask or Version4 or Version5 && bits is 16 or 32,
            AlphaBitFields => header is Info or WithAlphaMask or Version4 or Version5 && bits is 16 or 32,
            _ => false,
        };
        if (!hasMask)
        {
            return null;
        }

        // The masks follow the short header and are part of the longer ones: at the same place.
        var mask = BinaryPrimitives.ReadUInt32LittleEndian(file[66..]) & (uint)((1UL << bits) - 1);
        var start = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]);
        var plane = new AlphaPlane((int)start, mask, bits / 8, BinaryPrimitives.ReadInt32LittleEndian(file[22..]) < 0);
        return mask != 0 && start + ((long)plane.Stride(width) * height) <= file.Length ? plane : null;
    }

    /// <summary>Where the alpha of each pixel is.</summary>
    /// <param name="Start">Offset of the pixels.</param>
    /// <param name="Mask">The bits of alpha in each.</param>
    /// <param name="BytesPerPixel">2 or 4.</param>
    /// <param name="IsTopDown">Whether the first row is the top one.</param>
    internal readonly record struct AlphaPlane(int Start, uint Mask, int BytesPerPixel, bool IsTopDown)
    {
        /// <summary>Bytes from one row to the next: a multiple of four.</summary>
        /// <param name="width">Width of the picture in pixels.</param>
        internal int Stride(int width) => ((BytesPerPixel * width) + 3) & ~3;
    }
}
