using MaskApi.Training.Data;

namespace MaskApi.Training.Detection;

/// <summary>
/// A mipmap of a picture: full size, half, quarter and so on. A much smaller view is sampled from a level near its own size, which is
/// fast and free of aliasing (Williams, 1983).
/// </summary>
internal sealed class PicturePyramid
{
    private const int MinSide = 12;

    private readonly RgbImage[] _levels;

    /// <summary>Halves a picture until it is tiny.</summary>
    /// <param name="picture">Level 0; not copied.</param>
    public PicturePyramid(RgbImage picture)
    {
        var levels = new List<RgbImage> { picture };
        while (Math.Min(levels[^1].Width, levels[^1].Height) >= 2 * MinSide)
        {
            levels.Add(Half(levels[^1]));
        }

        _levels = [.. levels];
    }

    /// <summary>Number of levels.</summary>
    public int Count => _levels.Length;

    /// <summary>Gets a level. Position (x, y) of level 0 lies at (x, y) / 2^level.</summary>
    /// <param name="level">0 for full size.</param>
    public RgbImage this[int level] => _levels[level];

    // The mean of each 2×2 block. An odd last row or column is repeated, so that coordinates halve exactly.
    private static RgbImage Half(RgbImage image)
    {
        var half = new RgbImage((image.Width + 1) / 2, (image.Height + 1) / 2);
        for (var y = 0; y < half.Height; y++)
        {
            var upper = image.Pixels.AsSpan(2 * y * image.Width * 3, image.Width * 3);
            var lower = image.Pixels.AsSpan(Math.Min((2 * y) + 1, image.Height - 1) * image.Width * 3, image.Width * 3);
            var target = half.Pixels.AsSpan(y * half.Width * 3, half.Width * 3);
            for (var x = 0; x < half.Width; x++)
            {
                var (left, right) = (6 * x, 3 * Math.Min((2 * x) + 1, image.Width - 1));
                for (var c = 0; c < 3; c++)
                {
                    target[(3 * x) + c] = (byte)((upper[left + c] + upper[right + c] + lower[left + c] + lower[right + c] + 2) / 4);
                }
            }
        }

        return half;
    }
}
