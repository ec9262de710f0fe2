using System.Buffers.Binary;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>The headers of a Windows or OS/2 bitmap (BITMAPFILEHEADER and BITMAPINFOHEADER in the Windows documentation).</summary>
internal static class BmpHeader
{
    private const int FileHeader = 14, Os2Version1 = 12, Os2Version2Short = 16, Info = 40, WithAlphaMask = 56;

    /// <summary>Whether a file starts like a bitmap. Many texts start with "BM" too; the size of the next header settles it.</summary>
    /// <param name="file">The file, or its beginning.</param>
    internal static bool IsBitmap(ReadOnlySpan<byte> file) =>
        file.Length >= FileHeader + 4
        && file.StartsWith("BM"u8)
        && BinaryPrimitives.ReadUInt32LittleEndian(file[FileHeader..]) is Os2Version1 or Os2Version2Short or Info or 52 or WithAlphaMask
            or 64 or 108 or 124;

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
            default:
                return null;
        }
    }

    /// <summary>Locates the alpha of each pixel; null if a bitmap has none.</summary>
    /// <param name="file">A bitmap, whole or not.</param>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    internal static AlphaPlane? Alpha(ReadOnlySpan<byte> file, int width, int height)
    {
        const int bitFields = 3;
        if (file.Length < FileHeader + WithAlphaMask
            || BinaryPrimitives.ReadUInt32LittleEndian(file[FileHeader..]) < WithAlphaMask
            || BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) != 32
            || BinaryPrimitives.ReadUInt32LittleEndian(file[30..]) != bitFields)
        {
            return null;
        }

        var mask = BinaryPrimitives.ReadUInt32LittleEndian(file[66..]);
        var start = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]);
        return mask != 0 && start + (4L * width * height) <= file.Length
            ? new AlphaPlane((int)start, mask, BinaryPrimitives.ReadInt32LittleEndian(file[22..]) < 0)
            : null;
    }

    /// <summary>Where the alpha of each pixel is.</summary>
    /// <param name="Start">Offset of the pixels, four bytes each.</param>
    /// <param name="Mask">The bits of alpha in each.</param>
    /// <param name="IsTopDown">Whether the first row is the top one.</param>
    internal readonly record struct AlphaPlane(int Start, uint Mask, bool IsTopDown);
}
