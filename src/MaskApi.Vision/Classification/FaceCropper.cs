using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Classification;

/// <summary>Cuts faces out of a picture the way the classifier was trained to see them.</summary>
public static class FaceCropper
{
    /// <summary>Share of the face's width and height that is added on each side.</summary>
    public const float Padding = 0.15f;

    /// <summary>
    /// A crop is reduced by whole factors while its side stays at least this long, in pixels. That is twice the classifier's 160, so its
    /// own antialiased resize has all it can use, and a face that fills a 50-megapixel picture costs no more than any other.
    /// </summary>
    public const int ReductionFloor = 320;

    /// <summary>
    /// The whole pixels that a face's crop covers: the box widened by <see cref="Padding"/> on each side, rounded to the nearest pixel
    /// edge, clipped to the picture, never empty.
    /// </summary>
    /// <param name="face">The face's box, in pixels of the picture.</param>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    public static PixelRegion Region(PixelBox face, int width, int height)
    {
        var left = Math.Clamp((int)MathF.Round(face.X - (Padding * face.Width)), 0, width - 1);
        var top = Math.Clamp((int)MathF.Round(face.Y - (Padding * face.Height)), 0, height - 1);
        var right = Math.Clamp((int)MathF.Round(face.Right + (Padding * face.Width)), left + 1, width);
        var bottom = Math.Clamp((int)MathF.Round(face.Bottom + (Padding * face.Height)), top + 1, height);
        return new PixelRegion(left, top, right - left, bottom - top);
    }

    /// <summary>Cuts out a face.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="face">The face's box, in pixels of the picture.</param>
    /// <param name="quarterTurns">
    /// By how many quarter turns clockwise the face is rotated; the crop is rotated back, as the classifier was trained on upright faces.
    /// </param>
    /// <returns>The crop, owned by the caller.</returns>
    public static FaceCrop Crop(Raster picture, PixelBox face, int quarterTurns = 0)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var region = Region(face, picture.Width, picture.Height);
        var across = Math.Max(1, region.Width / ReductionFloor);
        var down = Math.Max(1, region.Height / ReductionFloor);
        var crop = new FaceCrop(region.Width / across, region.Height / down);
        if (across == 1 && down == 1)
        {
            CopyRgb(picture, region, crop.Rgb);
        }
        else
        {
            Reduce(picture, region, across, down, crop);
        }

        if (quarterTurns % 4 == 0)
        {
            return crop;
        }

        using (crop)
        {
            return RotateBack(crop, quarterTurns & 3);
        }
    }

    /// <summary>Copies whole pixels as <c>uint8[Height, Width, 3]</c>, RGB.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="region">The part to copy; inside the picture.</param>
    /// <param name="rgb">The destination.</param>
    public static void CopyRgb(Raster picture, PixelRegion region, Span<byte> rgb)
    {
        ArgumentNullException.ThrowIfNull(picture);
        for (var y = 0; y < region.Height; y++)
        {
            var source = picture.Row(region.Y + y).Slice(region.X * Raster.BytesPerPixel, region.Width * Raster.BytesPerPixel);
            var target = rgb.Slice(y * region.Width * 3, region.Width * 3);
            for (int from = 0, to = 0; to < target.Length; from += Raster.BytesPerPixel, to += 3)
            {
                target[to] = source[from];
                target[to + 1] = source[from + 1];
                target[to + 2] = source[from + 2];
            }
        }
    }

    /// <summary>Rotates a crop counterclockwise.</summary>
    private static FaceCrop RotateBack(FaceCrop crop, int quarterTurns)
    {
        var (width, height) = (crop.Width, crop.Height);
        var upright = quarterTurns == 2 ? new FaceCrop(width, height) : new FaceCrop(height, width);
        var source = crop.Rgb;
        var target = upright.Rgb;
        for (var y = 0; y < upright.Height; y++)
        {
            for (var x = 0; x < upright.Width; x++)
            {
                var (column, row) = quarterTurns switch
                {
                    1 => (width - 1 - y, x),
                    2 => (width - 1 - x, height - 1 - y),
                    _ => (y, height - 1 - x),
                };
                source.Slice(((row * width) + column) * 3, 3).CopyTo(target[(((y * upright.Width) + x) * 3)..]);
            }
        }

        return upright;
    }

    /// <summary>
    /// Makes each target pixel the mean of a block of source pixels. Less than a block on the right and at the bottom is dropped.
    /// </summary>
    private static void Reduce(Raster picture, PixelRegion region, int across, int down, FaceCrop crop)
    {
        Span<int> sums = new int[crop.Width * 3];
        var half = across * down / 2;
        for (var y = 0; y < crop.Height; y++)
        {
            sums.Clear();
            for (var line = 0; line < down; line++)
            {
                var source = picture.Row(region.Y + (y * down) + line)[(region.X * Raster.BytesPerPixel)..];
                var from = 0;
                for (var to = 0; to < sums.Length; to += 3)
                {
                    for (var column = 0; column < across; column++, from += Raster.BytesPerPixel)
                    {
                        sums[to] += source[from];
                        sums[to + 1] += source[from + 1];
                        sums[to + 2] += source[from + 2];
                    }
                }
            }

            var target = crop.Rgb.Slice(y * crop.Width * 3, crop.Width * 3);
            for (var i = 0; i < sums.Length; i++)
            {
                target[i] = (byte)((sums[i] + half) / (across * down));
            }
        }
    }
}
