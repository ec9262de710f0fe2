using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>Rotates and mirrors a small RGB sample into a detector's input, surrounded by black.</summary>
internal static class RotatedSample
{
    /// <summary>Fills a detector's input, bilinearly. Quarter turns and mirroring are exact.</summary>
    /// <param name="sample"><c>uint8[SampleHeight, SampleWidth, 3]</c>, and one more byte, which is read but has no effect.</param>
    /// <param name="pass">Size, rotation and mirroring.</param>
    /// <param name="input"><c>uint8[InputHeight, InputWidth, 3]</c>; written completely.</param>
    internal static void Fill(ReadOnlySpan<byte> sample, DetectionPass pass, Span<byte> input)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(sample.Length, pass.SampleWidth * pass.SampleHeight * 3);
        var map = new PassTransform(pass);
        var at = 0;
        for (var y = 0; y < pass.InputHeight; y++)
        {
            for (var x = 0; x < pass.InputWidth; x++, at += 3)
            {
                var from = map.ToSample(x + 0.5f, y + 0.5f);
                Sample(sample, pass.SampleWidth, pass.SampleHeight, from.X - 0.5f, from.Y - 0.5f, input.Slice(at, 3));
            }
        }
    }

    private static void Sample(ReadOnlySpan<byte> sample, int width, int height, float x, float y, Span<byte> rgb)
    {
        // Up to half a pixel beyond the outermost centers, the outermost pixel still shows.
        if (!(x > -0.5f && x < width - 0.5f && y > -0.5f && y < height - 0.5f))
        {
            rgb.Clear();
            return;
        }

        (x, y) = (Math.Clamp(x, 0, width - 1), Math.Clamp(y, 0, height - 1));
        var (left, top) = ((int)x, (int)y);
        var (right, bottom) = (Math.Min(left + 1, width - 1), Math.Min(top + 1, height - 1));
        var (across, down) = (x - left, y - top);
        var upper = Mix(Pixel(sample, (top * width) + left), Pixel(sample, (top * width) + right), across);
        var lower = Mix(Pixel(sample, (bottom * width) + left), Pixel(sample, (bottom * width) + right), across);
        var rounded = Vector128.ConvertToInt32(Mix(upper, lower, down) + Vector128.Create(0.5f));
        rgb[0] = (byte)rounded[0];
        rgb[1] = (byte)rounded[1];
        rgb[2] = (byte)rounded[2];
    }

    private static Vector128<float> Mix(Vector128<float> from, Vector128<float> to, float share) =>
        from + ((to - from) * Vector128.Create(share));

    /// <summary>A pixel's three channels, and the next pixel's first, which is ignored.</summary>
    private static Vector128<float> Pixel(ReadOnlySpan<byte> sample, int index)
    {
        var bytes = Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref MemoryMarshal.GetReference(sample), index * 3)));
        return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(bytes.AsByte())).AsInt32());
    }
}
