using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Data;

/// <summary>
/// Hides the mouth of a face behind a piece of another picture, like another head, a shoulder or a hand. The network learns that a hidden
/// mouth does not imply a mask.
/// </summary>
internal static class Occlusion
{
    /// <summary>Pastes the brow and hair of one face over the lower half of another, in place.</summary>
    /// <param name="image">The picture to change.</param>
    /// <param name="face">The face in it, in pixels of <paramref name="image"/>.</param>
    /// <param name="piece">The picture to take the piece from.</param>
    /// <param name="head">The unmasked face in it, in pixels of <paramref name="piece"/>.</param>
    /// <param name="random">Source of size and position.</param>
    public static void Apply(RgbImage image, PixelBox face, RgbImage piece, PixelBox head, SeededRandom random)
    {
        // From the hair to below the eyes: the piece never contains a mouth or a mask, and is never just skin or cloth, which could pass
        // for one.
        var source = new SampleRect(
            head.X - (head.Width * random.Uniform(0.05, 0.15)),
            head.Y - (head.Height * 0.3),
            head.Width * random.Uniform(1.1, 1.3),
            head.Height * random.Uniform(0.75, 0.9));
        var width = Math.Max(2, (int)Math.Round(face.Width * random.Uniform(0.7, 1.3)));
        var rows = Math.Max(2, (int)Math.Round(width * source.Height / source.Width * random.Uniform(0.8, 1.2)));
        var pasted = Resampler.Resize(piece, source, width, rows);
        var left = (int)Math.Round(face.Center.X + (face.Width * random.Uniform(-0.3, 0.3)) - (width / 2.0));
        var top = (int)Math.Round(face.Y + (face.Height * random.Uniform(0.42, 0.66)));
        var edge = Math.Max(1.5, 0.04 * width);
        for (var y = Math.Max(0, top); y < image.Height; y++)
        {
            // Whatever covers the mouth extends to the bottom: repeat the last row.
            var row = Math.Min(y - top, rows - 1);
            for (var x = Math.Max(0, left); x < Math.Min(image.Width, left + width); x++)
            {
                // Rounded at the top like a head, straight below.
                var (u, v) = (((x - left) / (width / 2.0)) - 1, 1 - Math.Min(1, (y - top) / (rows / 2.0)));
                var inside = (1 - Math.Sqrt((u * u) + (v * v))) * width / 2;
                var share = Math.Clamp((inside / edge) + 0.5, 0, 1);
                var (to, from) = (((y * image.Width) + x) * 3, ((row * width) + x - left) * 3);
                for (var c = 0; c < 3; c++)
                {
                    var pixel = image.Pixels[to + c];
                    image.Pixels[to + c] = (byte)Math.Round(pixel + (share * (pasted.Pixels[from + c] - pixel)));
                }
            }
        }
    }
}
