using System.Buffers.Binary;

namespace MaskApi.TestPictures;

/// <summary>Windows bitmaps.</summary>
public static class BmpFiles
{
    private const int HeaderLength = 54;

    /// <summary>A 24-bit bitmap, bottom row first.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="pixel">The color at a column and row, row 0 at the top.</param>
    public static byte[] Create(int width, int height, Func<int, int, (byte R, byte G, byte B)> pixel)
    {
        ArgumentNullException.ThrowIfNull(pixel);
        var stride = ((width * 3) + 3) / 4 * 4;
        var file = new byte[HeaderLength + (stride * height)];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), HeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = HeaderLength + ((height - 1 - y) * stride) + (x * 3);
                (file[at + 2], file[at + 1], file[at]) = pixel(x, y);
            }
        }

        return file;
    }

    /// <summary>A bitmap with masks: alternating red and blue rows, red at the top, with a uniform alpha.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="header">Header size in bytes: 40, 56, 108 or 124.</param>
    /// <param name="alpha">The alpha of every pixel.</param>
    /// <param name="topDown">Whether the top row comes first.</param>
    /// <param name="bits">Bits of a pixel: 32, or 16 with four for each channel.</param>
    /// <param name="compression">0 for none, 3 for masks of color, 6 for masks of color and alpha.</param>
    public static byte[] WithAlpha(int width, int height, int header, byte alpha, bool topDown, int bits = 32, int compression = 3)
    {
        // The masks follow a short header.
        var start = 14 + Math.Max(header, 56);
        var stride = ((width * bits / 8) + 3) & ~3;
        var file = new byte[start + (stride * height)];
        "BM"u8.CopyTo(file);
        int[] fields = [file.Length, 0, start, header, width, topDown ? -height : height];
        for (var i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2 + (4 * i)), fields[i]);
        }

        (file[26], file[28], file[30]) = (1, (byte)bits, (byte)compression);
        uint[] masks = bits == 32 ? [0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000] : [0x0F00, 0x00F0, 0x000F, 0xF000];
        for (var i = 0; i < masks.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(54 + (4 * i)), masks[i]);
        }

        if (header >= 108)
        {
            "BGRs"u8.CopyTo(file.AsSpan(70));
        }

        for (var y = 0; y < height; y++)
        {
            var row = file.AsSpan(start + (stride * (topDown ? y : height - 1 - y)), stride);
            for (var x = 0; x < width; x++)
            {
                if (bits == 32)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(row[(4 * x)..], ((uint)alpha << 24) | masks[y % 2 == 0 ? 0 : 2]);
                }
                else
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(row[(2 * x)..], (ushort)((alpha / 17 << 12) | (int)masks[y % 2 == 0 ? 0 : 2]));
                }
            }
        }

        return file;
    }

    /// <summary>An 8-bit Windows bitmap, all of palette color 1, which is (200, 20, 40).</summary>
    /// <param name="side">Width and height in pixels; a multiple of 4.</param>
    /// <param name="colors">Colors in the palette, at most 256.</param>
    /// <param name="stated">How many colors its header states; 0 for all.</param>
    public static byte[] WithPalette(int side, int colors, int stated)
    {
        var start = HeaderLength + (4 * colors);
        var file = new byte[start + (side * side)];
        "BM"u8.CopyTo(file);
        foreach (var (at, value) in new[] { (2, file.Length), (10, start), (14, 40), (18, side), (22, side), (46, stated) })
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        }

        (file[26], file[28]) = (1, 8);
        new byte[] { 40, 20, 200 }.CopyTo(file, HeaderLength + 4);
        file.AsSpan(start).Fill(1);
        return file;
    }

    /// <summary>An 8-bit OS/2 bitmap, all of palette color 1, which is (200, 20, 40).</summary>
    /// <param name="side">Width and height in pixels; a multiple of 4.</param>
    /// <param name="header">Header size in bytes: 12 or 16.</param>
    /// <param name="colors">Colors in the palette, at most 256.</param>
    public static byte[] Os2(int side, int header, int colors)
    {
        var entry = header == 12 ? 3 : 4;
        var start = 14 + header + (entry * colors);
        var file = new byte[start + (side * side)];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), start);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), header);
        var rest = header == 12 ? 2 : 4;
        (file[18], file[18 + rest], file[18 + (2 * rest)], file[20 + (2 * rest)]) = ((byte)side, (byte)side, 1, 8);
        new byte[] { 40, 20, 200 }.CopyTo(file, 14 + header + entry);
        file.AsSpan(start).Fill(1);
        return file;
    }
}
