using System.Buffers.Binary;
using System.Numerics;
using MaskApi.Vision.Imaging.Formats;

namespace MaskApi.Vision.Imaging;

/// <summary>Composites transparent pixels on white.</summary>
internal static class Transparency
{
    /// <summary>Makes pixels opaque: <c>color × alpha + 255 × (1 - alpha)</c>, alpha between 0 and 1, rounded.</summary>
    /// <param name="pixels">RGBA, not premultiplied.</param>
    internal static void CompositeOnWhite(Span<byte> pixels)
    {
        for (var i = 0; i < pixels.Length; i += Raster.BytesPerPixel)
        {
            var alpha = pixels[i + 3];
            if (alpha == byte.MaxValue)
            {
                continue;
            }

            for (var channel = i; channel < i + 3; channel++)
            {
                pixels[channel] = (byte)(byte.MaxValue - ((((byte.MaxValue - pixels[channel]) * alpha) + 127) / byte.MaxValue));
            }

            pixels[i + 3] = byte.MaxValue;
        }
    }

    /// <summary>
    /// Sets a bitmap's alpha, which the codec honors for some headers only. A bitmap whose alpha is 0 throughout is opaque: many writers
    /// leave it blank, and whoever sends a blank picture wants it seen. Chromium shows nothing of it.
    /// </summary>
    /// <param name="alpha">Where the alpha is.</param>
    /// <param name="file">The bitmap.</param>
    /// <param name="raster">Its pixels.</param>
    internal static void SetAlpha(BmpHeader.AlphaPlane alpha, ReadOnlySpan<byte> file, Raster raster)
    {
        var shift = BitOperations.TrailingZeroCount(alpha.Mask);
        var most = alpha.Mask >> shift;
        var any = false;
        for (var y = 0; y < raster.Height; y++)
        {
            var row = raster.Row(y);
            var stored = file[(alpha.Start + ((alpha.IsTopDown ? y : raster.Height - 1 - y) * alpha.Stride(raster.Width)))..];
            for (var x = 0; x < row.Length; x += Raster.BytesPerPixel)
            {
                var pixel = alpha.BytesPerPixel == sizeof(ushort)
                    ? BinaryPrimitives.ReadUInt16LittleEndian(stored[(x / 2)..])
                    : BinaryPrimitives.ReadUInt32LittleEndian(stored[x..]);
                var value = (pixel & alpha.Mask) >> shift;
                any |= value != 0;
                row[x + 3] = (byte)((((ulong)value * byte.MaxValue) + (most / 2)) / most);
            }
        }

        for (var i = 3; !any && i < raster.Pixels.Length; i += Raster.BytesPerPixel)
        {
            raster.Pixels[i] = byte.MaxValue;
        }
    }
}
