using MaskApi.Training.Data;

namespace MaskApi.Training.Detection;

/// <summary>Renders a rotated, scaled, mirrored view of a picture.</summary>
internal static class ViewWarper
{
    // Use the next smaller level where the view would skip more than two pixels in five.
    private const double MinScale = 0.6;

    /// <summary>Renders the view.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="map">From the picture's pixels to the view's; pixel centers lie at .5.</param>
    /// <param name="scale">Scale of the map, to choose a level.</param>
    /// <param name="border">Color outside the picture.</param>
    /// <param name="view">The view, overwritten completely.</param>
    public static void Render(PicturePyramid picture, AffineMap map, double scale, (byte R, byte G, byte B) border, RgbImage view)
    {
        var level = 0;
        while (scale * (1 << level) < MinScale && level + 1 < picture.Count)
        {
            level++;
        }

        var source = picture[level];
        var shrink = 1.0 / (1 << level);
        var back = map.Inverse();

        // Bounds in the picture's own pixels: a level's last row or column may extend half a pixel beyond them.
        var (right, bottom) = (picture[0].Width * shrink, picture[0].Height * shrink);
        var (lastX, lastY) = (source.Width - 1, source.Height - 1);
        var pixels = source.Pixels;
        var (stepX, stepY) = (back.Xx * shrink, back.Yx * shrink);
        for (var y = 0; y < view.Height; y++)
        {
            var (u, v) = back.Apply(0.5, y + 0.5);
            (u, v) = (u * shrink, v * shrink);
            var row = view.Pixels.AsSpan(y * view.Width * 3, view.Width * 3);
            for (var x = 0; x < row.Length; x += 3, u += stepX, v += stepY)
            {
                if (u < 0 || v < 0 || u >= right || v >= bottom)
                {
                    (row[x], row[x + 1], row[x + 2]) = border;
                    continue;
                }

                // Bilinear interpolation with weights in 256ths; edge pixels are repeated.
                var (fx, fy) = ((int)((u + 0.5) * 256), (int)((v + 0.5) * 256));
                var (left, top, weightX, weightY) = ((fx >> 8) - 1, (fy >> 8) - 1, fx & 255, fy & 255);
                var (x0, x1) = (3 * Math.Max(left, 0), 3 * Math.Min(left + 1, lastX));
                var (y0, y1) = (Math.Max(top, 0) * source.Width * 3, Math.Min(top + 1, lastY) * source.Width * 3);
                for (var c = 0; c < 3; c++)
                {
                    var upper = (pixels[y0 + x0 + c] * (256 - weightX)) + (pixels[y0 + x1 + c] * weightX);
                    var lower = (pixels[y1 + x0 + c] * (256 - weightX)) + (pixels[y1 + x1 + c] * weightX);
                    row[x + c] = (byte)(((upper * (256 - weightY)) + (lower * weightY) + 32768) >> 16);
                }
            }
        }
    }
}
