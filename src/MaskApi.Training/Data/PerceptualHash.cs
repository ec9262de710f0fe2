using System.Numerics;

namespace MaskApi.Training.Data;

/// <summary>
/// A 64-bit perceptual hash: the signs of the 64 lowest spatial frequencies except the constant one, from a discrete cosine transform of
/// the 32×32 gray picture. Copies that differ in size, compression, brightness or contrast differ in few bits.
/// </summary>
public static class PerceptualHash
{
    private const int Side = 32;
    private const int Frequencies = 8;

    /// <summary>Bits of odd horizontal frequency. Mirroring a picture flips exactly these.</summary>
    private const ulong MirrorMask = 0xAAAAAAAAAAAAAAAA;

    private static readonly float[] _cosines = Cosines();

    /// <summary>Hashes a rectangle of a picture.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="rect">The rectangle, in pixels.</param>
    public static ulong Of(RgbImage image, SampleRect rect)
    {
        var small = Resampler.Resize(image, rect, Side, Side).Pixels;
        Span<float> gray = stackalloc float[Side * Side];
        for (var i = 0; i < gray.Length; i++)
        {
            gray[i] = (0.299f * small[i * 3]) + (0.587f * small[(i * 3) + 1]) + (0.114f * small[(i * 3) + 2]);
        }

        Span<float> rows = stackalloc float[Side * Frequencies]; // [y, u]
        for (var y = 0; y < Side; y++)
        {
            for (var u = 0; u < Frequencies; u++)
            {
                float sum = 0;
                for (var x = 0; x < Side; x++)
                {
                    sum += gray[(y * Side) + x] * _cosines[(u * Side) + x];
                }

                rows[(y * Frequencies) + u] = sum;
            }
        }

        ulong hash = 0;
        for (var v = 0; v < Frequencies; v++)
        {
            for (var u = 0; u < Frequencies; u++)
            {
                float sum = 0;
                for (var y = 0; y < Side; y++)
                {
                    sum += rows[(y * Frequencies) + u] * _cosines[(v * Side) + y];
                }

                if (sum > 0 && u + v > 0)
                {
                    hash |= 1UL << ((v * Frequencies) + u);
                }
            }
        }

        return hash;
    }

    /// <summary>The hash of the mirrored picture.</summary>
    /// <param name="hash">The picture's hash.</param>
    public static ulong Mirrored(ulong hash) => hash ^ MirrorMask;

    /// <summary>The number of differing bits, out of 63, between two pictures, or to the mirrored second one if that is closer.</summary>
    /// <param name="a">One hash.</param>
    /// <param name="b">Another.</param>
    public static int Distance(ulong a, ulong b) => Math.Min(BitOperations.PopCount(a ^ b), BitOperations.PopCount(a ^ Mirrored(b)));

    private static float[] Cosines()
    {
        var table = new float[Frequencies * Side];
        for (var u = 0; u < Frequencies; u++)
        {
            for (var x = 0; x < Side; x++)
            {
                table[(u * Side) + x] = (float)Math.Cos(Math.PI * u * (x + 0.5) / Side);
            }
        }

        return table;
    }
}
