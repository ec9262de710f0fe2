using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace MaskApi.Tests;

/// <summary>Pictures to send.</summary>
internal static class Pictures
{
    /// <summary>A portrait: 512 x 512 pixels, one face, no mask.</summary>
    internal static byte[] Astronaut { get; } = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Pictures", "astronaut.jpg"));

    /// <summary>The portrait in another format.</summary>
    internal static byte[] AstronautAs(SKEncodedImageFormat format)
    {
        using var bitmap = SKBitmap.Decode(Astronaut);
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    /// <summary>The portrait in three sizes side by side: three faces, the largest in the middle.</summary>
    internal static byte[] Group { get; } = MakeGroup();

    private static byte[] MakeGroup()
    {
        using var portrait = SKBitmap.Decode(Astronaut);
        using var group = new SKBitmap(1100, 520);
        group.Erase(SKColors.DimGray);
        using var canvas = new SKCanvas(group);
        canvas.DrawBitmap(portrait, SKRect.Create(10, 150, 250, 250));
        canvas.DrawBitmap(portrait, SKRect.Create(270, 4, 512, 512));
        canvas.DrawBitmap(portrait, SKRect.Create(790, 100, 300, 300));
        canvas.Flush();
        using var data = group.Encode(SKEncodedImageFormat.Jpeg, 92);
        return data.ToArray();
    }

    /// <summary>A PNG of one gray.</summary>
    internal static byte[] Plain(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(SKColors.Gray);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>A complete and valid PNG of one bit a pixel, black: small as a file, huge as a raster.</summary>
    internal static byte[] PngBomb(int width, int height)
    {
        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var row = new byte[1 + ((width + 7) / 8)];
            for (var y = 0; y < height; y++)
            {
                zlib.Write(row);
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 1;
        return [0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, pixels.ToArray()), .. Chunk("IEND"u8, [])];
    }

    /// <summary>Width of <see cref="Oriented"/> when upright; its height is another.</summary>
    internal const int OrientedWidth = 400;

    /// <summary>The portrait, cut to 400 x 512 and stored turned or mirrored, with the Exif orientation that undoes it.</summary>
    internal static byte[] Oriented(int orientation)
    {
        using var whole = SKBitmap.Decode(Astronaut);
        using var upright = new SKBitmap(OrientedWidth, whole.Height);
        whole.ExtractSubset(upright, new SKRectI(0, 0, OrientedWidth, whole.Height));
        var turned = orientation >= 5;
        using var stored = new SKBitmap(turned ? upright.Height : upright.Width, turned ? upright.Width : upright.Height);
        for (var y = 0; y < stored.Height; y++)
        {
            for (var x = 0; x < stored.Width; x++)
            {
                // Where stored row y and column x belong (TIFF 6.0, tag 274): which side is the 0th row, which the 0th column.
                var (right, bottom) = (upright.Width - 1, upright.Height - 1);
                var (sourceX, sourceY) = orientation switch
                {
                    2 => (right - x, y),
                    3 => (right - x, bottom - y),
                    4 => (x, bottom - y),
                    5 => (y, x),
                    6 => (right - y, x),
                    7 => (right - y, bottom - x),
                    8 => (y, bottom - x),
                    _ => (x, y),
                };
                stored.SetPixel(x, y, upright.GetPixel(sourceX, sourceY));
            }
        }

        using var data = stored.Encode(SKEncodedImageFormat.Jpeg, 95);
        return WithOrientation(data.ToArray(), orientation);
    }

    /// <summary>A JPEG with an Exif segment that holds nothing but the orientation.</summary>
    internal static byte[] WithOrientation(byte[] jpeg, int orientation)
    {
        byte[] exif = [.. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0];
        return WithJpegSegment(jpeg, 0xE1, exif);
    }

    /// <summary>A JPEG with one more segment right after its start.</summary>
    internal static byte[] WithJpegSegment(byte[] jpeg, byte marker, byte[] content)
    {
        var length = content.Length + 2;
        return [.. jpeg[..2], 0xFF, marker, (byte)(length >> 8), (byte)length, .. content, .. jpeg[2..]];
    }

    /// <summary>An animated GIF of 64 x 64, each frame another gray: codes of 9 bits with a clear code before the table grows.</summary>
    internal static byte[] Gif(int frames)
    {
        const int Side = 64;
        using var file = new MemoryStream();
        file.Write([.. "GIF89a"u8, Side & 255, Side >> 8, Side & 255, Side >> 8, 0xF7, 0, 0]);
        for (var i = 0; i < 256; i++)
        {
            file.Write([(byte)i, (byte)i, (byte)i]);
        }

        for (var frame = 0; frame < frames; frame++)
        {
            file.Write([0x21, 0xF9, 4, 0, 1, 0, 0, 0, 0x2C, 0, 0, 0, 0, Side & 255, Side >> 8, Side & 255, Side >> 8, 0, 8]);
            WriteLzw(file, Enumerable.Repeat((byte)frame, Side * Side));
        }

        file.WriteByte(0x3B);
        return file.ToArray();
    }

    /// <summary>A BMP of 24 bits a pixel.</summary>
    internal static byte[] Bmp(SKBitmap bitmap)
    {
        var stride = ((bitmap.Width * 3) + 3) / 4 * 4;
        var file = new byte[54 + (stride * bitmap.Height)];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), bitmap.Width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), bitmap.Height);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        for (var y = 0; y < bitmap.Height; y++)
        {
            for (var x = 0; x < bitmap.Width; x++)
            {
                var pixel = bitmap.GetPixel(x, bitmap.Height - 1 - y);
                var at = 54 + (y * stride) + (x * 3);
                (file[at], file[at + 1], file[at + 2]) = (pixel.Blue, pixel.Green, pixel.Red);
            }
        }

        return file;
    }

    private static void WriteLzw(MemoryStream file, IEnumerable<byte> pixels)
    {
        const int Clear = 256, End = 257, ClearEvery = 200;
        var packed = new List<byte>();
        int bits = 0, count = 0, written = 0;
        foreach (var pixel in pixels)
        {
            if (written++ % ClearEvery == 0)
            {
                Put(Clear);
            }

            Put(pixel);
        }

        Put(End);
        if (count > 0)
        {
            packed.Add((byte)bits);
        }

        foreach (var block in packed.Chunk(255))
        {
            file.WriteByte((byte)block.Length);
            file.Write(block);
        }

        file.WriteByte(0);

        void Put(int code)
        {
            bits |= code << count;
            count += 9;
            while (count >= 8)
            {
                packed.Add((byte)bits);
                bits >>= 8;
                count -= 8;
            }
        }
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    /// <summary>The checksum of PNG (ISO 3309), bit by bit.</summary>
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
