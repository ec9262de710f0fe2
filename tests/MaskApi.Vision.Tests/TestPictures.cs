using System.Buffers.Binary;
using System.IO.Compression;
using MaskApi.Vision.Imaging;
using SkiaSharp;

namespace MaskApi.Vision.Tests;

/// <summary>Files to decode: written byte by byte where an encoder could not be asked for just that.</summary>
internal static class TestPictures
{
    internal static readonly DecodeLimits Limits = new();

    /// <summary>Red, green / blue, white: every turn and mirroring of it is different.</summary>
    internal static readonly (byte R, byte G, byte B)[] Quadrants = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)];

    internal static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Pictures", name));

    internal static Raster Decode(byte[] file) => ImageDecoder.Decode(file, Limits, CancellationToken.None);

    internal static (byte R, byte G, byte B) At(this Raster raster, int x, int y)
    {
        var pixel = raster.Row(y).Slice(x * Raster.BytesPerPixel, Raster.BytesPerPixel);
        Assert.Equal(byte.MaxValue, pixel[3]);
        return (pixel[0], pixel[1], pixel[2]);
    }

    internal static void AssertNear((byte R, byte G, byte B) expected, (byte R, byte G, byte B) actual, int tolerance = 12)
    {
        var difference = Math.Max(Math.Abs(expected.R - actual.R), Math.Max(Math.Abs(expected.G - actual.G), Math.Abs(expected.B - actual.B)));
        Assert.True(difference <= tolerance, $"expected {expected}, got {actual}");
    }

    internal static Raster QuadrantRaster(int width = 48, int height = 32)
    {
        var raster = new Raster(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (r, g, b) = Quadrants[(x * 2 / width) + (2 * (y * 2 / height))];
                new[] { r, g, b, byte.MaxValue }.CopyTo(raster.Row(y)[(x * 4)..]);
            }
        }

        return raster;
    }

    /// <summary>A picture of reproducible noise over a gradient: no two rows, columns or blocks are alike.</summary>
    internal static Raster NoiseRaster(int width, int height, int seed = 1)
    {
        var raster = new Raster(width, height);
        var random = new Random(seed);
        for (var y = 0; y < height; y++)
        {
            var row = raster.Row(y);
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = i % 4 == 3 ? byte.MaxValue : (byte)Math.Clamp((i * 255 / row.Length) + random.Next(-60, 60), 0, 255);
            }
        }

        return raster;
    }

    internal static byte[] Encode(Raster raster, SKEncodedImageFormat format, SKColorSpace? space = null, int quality = 95)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(raster.Width, raster.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, space));
        raster.Pixels.CopyTo(bitmap.GetPixelSpan());
        return bitmap.Encode(format, quality).ToArray();
    }

    /// <summary>A PNG of any color type and depth; <paramref name="rows"/> are the raw rows without filter bytes.</summary>
    internal static byte[] Png(int width, int height, byte depth, byte colorType, IEnumerable<byte[]> rows, params (string Type, byte[] Data)[] extra)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, colorType);
        PngChunk(file, "IHDR", header);
        foreach (var (type, data) in extra)
        {
            PngChunk(file, type, data);
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            foreach (var row in rows)
            {
                zlib.WriteByte(0);
                zlib.Write(row);
            }
        }

        PngChunk(file, "IDAT", packed.ToArray());
        PngChunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>A GIF87a/89a of frames in plain color, each over the whole canvas; codes are never compressed.</summary>
    internal static byte[] Gif(int width, int height, params (byte R, byte G, byte B)[] frames)
    {
        using var file = new MemoryStream();
        file.Write("GIF89a"u8);
        WriteUInt16(file, width);
        WriteUInt16(file, height);
        file.Write([0, 0, 0]);
        foreach (var (r, g, b) in frames)
        {
            file.Write([0x21, 0xF9, 4, 0, 10, 0, 0, 0]);
            file.Write([0x2C, 0, 0, 0, 0]);
            WriteUInt16(file, width);
            WriteUInt16(file, height);
            file.Write([0x80, r, g, b, 0, 0, 0]);
            WriteGifPixels(file, width * height);
        }

        file.WriteByte(0x3B);
        return file.ToArray();
    }

    /// <summary>A Windows bitmap, 24 bits a pixel, bottom row first.</summary>
    internal static byte[] Bmp(Raster raster)
    {
        var stride = ((raster.Width * 3) + 3) / 4 * 4;
        var file = new byte[54 + (stride * raster.Height)];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), raster.Width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), raster.Height);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        for (var y = 0; y < raster.Height; y++)
        {
            for (var x = 0; x < raster.Width; x++)
            {
                var (r, g, b) = raster.At(x, y);
                new[] { b, g, r }.CopyTo(file, 54 + ((raster.Height - 1 - y) * stride) + (x * 3));
            }
        }

        return file;
    }

    /// <summary>Puts an EXIF block with nothing but an orientation into a file.</summary>
    internal static byte[] WithOrientation(byte[] file, ImageFormat format, ExifOrientation orientation)
    {
        // TIFF header, one entry (tag 0x0112, SHORT, count 1), no further directory; big-endian.
        byte[] tiff = [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        switch (format)
        {
            case ImageFormat.Jpeg:
                byte[] body = [.. "Exif\0\0"u8, .. tiff];
                return [.. file[..2], 0xFF, 0xE1, 0, (byte)(body.Length + 2), .. body, .. file[2..]];
            case ImageFormat.Png:
                using (var chunk = new MemoryStream())
                {
                    PngChunk(chunk, "eXIf", tiff);
                    return [.. file[..33], .. chunk.ToArray(), .. file[33..]];
                }

            case ImageFormat.Webp:
                using (var riff = new MemoryStream())
                {
                    // A simple file (RIFF, size, WEBP, VP8) becomes an extended one: VP8X first, EXIF last.
                    using var codec = SKCodec.Create(new MemoryStream(file));
                    var flags = new byte[10];
                    flags[0] = 0x08;
                    BinaryPrimitives.WriteUInt16LittleEndian(flags.AsSpan(4), (ushort)(codec.Info.Width - 1));
                    BinaryPrimitives.WriteUInt16LittleEndian(flags.AsSpan(7), (ushort)(codec.Info.Height - 1));
                    riff.Write("WEBP"u8);
                    RiffChunk(riff, "VP8X", flags);
                    riff.Write(file.AsSpan(12));
                    RiffChunk(riff, "EXIF", tiff);
                    using var whole = new MemoryStream();
                    RiffChunk(whole, "RIFF", riff.ToArray());
                    return whole.ToArray();
                }

            default:
                throw new ArgumentOutOfRangeException(nameof(format));
        }
    }

    private static void RiffChunk(Stream file, string type, byte[] data)
    {
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, data.Length);
        file.Write(System.Text.Encoding.ASCII.GetBytes(type));
        file.Write(size);
        file.Write(data);
        if (data.Length % 2 != 0)
        {
            file.WriteByte(0);
        }
    }

    private static void PngChunk(Stream file, string type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        file.Write(number);
    }

    /// <summary>The CRC of ISO 3309, as PNG asks for it, bit by bit.</summary>
    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }

    /// <summary>Color 0 for every pixel: 3-bit codes, cleared after every two so that they never grow.</summary>
    private static void WriteGifPixels(Stream file, int pixels)
    {
        const int clear = 4, end = 5;
        var codes = new List<int>();
        for (var i = 0; i < pixels; i++)
        {
            if (i % 2 == 0)
            {
                codes.Add(clear);
            }

            codes.Add(0);
        }

        codes.Add(end);
        var bytes = new byte[((codes.Count * 3) + 7) / 8];
        for (var i = 0; i < codes.Count * 3; i++)
        {
            bytes[i / 8] |= (byte)(((codes[i / 3] >> (i % 3)) & 1) << (i % 8));
        }

        file.WriteByte(2);
        foreach (var block in bytes.Chunk(255))
        {
            file.WriteByte((byte)block.Length);
            file.Write(block);
        }

        file.WriteByte(0);
    }

    private static void WriteUInt16(Stream file, int value)
    {
        file.WriteByte((byte)value);
        file.WriteByte((byte)(value >> 8));
    }
}
