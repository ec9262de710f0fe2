using System.Buffers.Binary;

namespace MaskApi.TestPictures;

/// <summary>Windows bitmaps.</summary>
public static class BmpFiles
{
    private const int HeaderLength = 54;

    /// <summary>A bitmap of 24 bits a pixel, bottom row first.</summary>
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
}
