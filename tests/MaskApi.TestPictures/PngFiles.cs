using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MaskApi.TestPictures;

/// <summary>PNG files, written chunk by chunk.</summary>
public static class PngFiles
{
    /// <summary>A PNG of any color type and depth.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="depth">Bits per sample.</param>
    /// <param name="colorType">0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGBA.</param>
    /// <param name="rows">The raw rows, without filter bytes.</param>
    /// <param name="extra">Chunks between the header and the pixels.</param>
    public static byte[] Create(
        int width, int height, byte depth, byte colorType, IEnumerable<byte[]> rows, params (string Type, byte[] Data)[] extra)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(extra);
        using var file = new MemoryStream();
        file.Write([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n']);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, colorType);
        file.Write(Chunk("IHDR", header));
        foreach (var (type, data) in extra)
        {
            file.Write(Chunk(type, data));
        }

        file.Write(Chunk("IDAT", Pack(rows.SelectMany<byte[], byte[]>(static row => [[0], row]))));
        file.Write(Chunk("IEND", []));
        return file.ToArray();
    }

    /// <summary>A complete and valid black 1-bit PNG: a small file, a huge raster.</summary>
    public static byte[] Bomb(int width, int height) =>
        Create(width, height, depth: 1, colorType: 0, Enumerable.Repeat(new byte[(width + 7) / 8], height));

    /// <summary>A chunk of compressed text: kilobytes that inflate to megabytes of zeros.</summary>
    /// <param name="international">Whether the chunk is <c>iTXt</c> (UTF-8) rather than <c>zTXt</c>.</param>
    /// <param name="length">Inflated size in bytes.</param>
    public static (string Type, byte[] Data) Text(bool international, int length)
    {
        // zTXt: keyword, terminator, method. iTXt: keyword, terminator, flag, method, and two terminators for no language and no
        // translation.
        byte[] start = international ? [.. "Comment"u8, 0, 1, 0, 0, 0] : [.. "Comment"u8, 0, 0];
        return (international ? "iTXt" : "zTXt", [.. start, .. Pack([new byte[length]])]);
    }

    /// <summary>A chunk: length, type, data and checksum.</summary>
    public static byte[] Chunk(string type, byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type).CopyTo(chunk, 4);
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    /// <summary>Packs parts into one zlib stream.</summary>
    public static byte[] Pack(IEnumerable<byte[]> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            foreach (var part in parts)
            {
                zlib.Write(part);
            }
        }

        return packed.ToArray();
    }

    /// <summary>PNG's checksum (ISO 3309), computed bit by bit.</summary>
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
