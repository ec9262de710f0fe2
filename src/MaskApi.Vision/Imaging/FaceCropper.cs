namespace MaskApi.Vision.Imaging;

/// <summary>A rectangle of whole pixels inside a picture.</summary>
/// <param name="X">Left column.</param>
/// <param name="Y">Top row.</param>
/// <param name="Width">Columns; at least 1.</param>
/// <param name="Height">Rows; at least 1.</param>
public readonly record struct PixelRegion(int X, int Y, int Width, int Height)
{
    /// <summary>Bytes of the region as <c>uint8[Height, Width, 3]</c>.</summary>
    public int RgbLength => Width * Height * 3;
}

/// <summary>Cuts faces out of a picture the way the classifier was trained to see them.</summary>
public static class FaceCropper
{
    /// <summary>The share of a face's width and height that is added on every side.</summary>
    public const float Padding = 0.15f;

    /// <summary>
    /// The whole pixels that a face's crop covers: the box widened by <see cref="Padding"/> on each side,
    /// rounded to the nearest pixel edge, clipped to the picture, never empty.
    /// </summary>
    /// <param name="face">The face's box.</param>
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

    /// <summary>Copies a region of the picture as <c>uint8[Height, Width, 3]</c>, RGB.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="region">What to copy; must lie inside the picture.</param>
    /// <param name="rgb">Where to; <see cref="PixelRegion.RgbLength"/> bytes are written.</param>
    public static void CopyRgb(Raster picture, PixelRegion region, Span<byte> rgb)
    {
        ArgumentNullException.ThrowIfNull(picture);
        for (var y = 0; y < region.Height; y++)
        {
            var source = picture.Row(region.Y + y).Slice(region.X * Raster.BytesPerPixel, region.Width * Raster.BytesPerPixel);
            var target = rgb.Slice(y * region.Width * 3, region.Width * 3);
            for (int i = 0, o = 0; o < target.Length; i += Raster.BytesPerPixel, o += 3)
            {
                target[o] = source[i];
                target[o + 1] = source[i + 1];
                target[o + 2] = source[i + 2];
            }
        }
    }
}
