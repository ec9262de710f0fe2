namespace MaskApi.TestPictures;

/// <summary>GIF files.</summary>
public static class GifFiles
{
    /// <summary>A GIF89a with plain-colored frames, each covering the canvas. The codes are uncompressed.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="frames">The color of each frame.</param>
    public static byte[] Create(int width, int height, params (byte R, byte G, byte B)[] frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        byte[] size = [(byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8)];
        var pixels = Pixels(width * height);
        using var file = new MemoryStream();
        file.Write([.. "GIF89a"u8, .. size, 0, 0, 0]);
        foreach (var (r, g, b) in frames)
        {
            file.Write([0x21, 0xF9, 4, 0, 10, 0, 0, 0, 0x2C, 0, 0, 0, 0, .. size, 0x80, r, g, b, 0, 0, 0]);
            file.Write(pixels);
        }

        file.WriteByte(0x3B);
        return file.ToArray();
    }

    /// <summary>Color 0 for every pixel: 3-bit codes, with a clear code before every two so that they never grow.</summary>
    private static byte[] Pixels(int count)
    {
        const int Clear = 4, End = 5;
        var codes = new List<int>();
        for (var i = 0; i < count; i++)
        {
            if (i % 2 == 0)
            {
                codes.Add(Clear);
            }

            codes.Add(0);
        }

        codes.Add(End);
        var packed = new byte[((codes.Count * 3) + 7) / 8];
        for (var i = 0; i < codes.Count * 3; i++)
        {
            packed[i / 8] |= (byte)(((codes[i / 3] >> (i % 3)) & 1) << (i % 8));
        }

        return [2, .. packed.Chunk(255).SelectMany(static block => (byte[])[(byte)block.Length, .. block]), 0];
    }
}
