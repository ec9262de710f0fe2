using System.Runtime.InteropServices;
using MaskApi.Vision.Imaging.Formats;

namespace MaskApi.Vision.Imaging;

/// <summary>Orients stored pixels.</summary>
internal static class OrientationTransform
{
    /// <summary>Side of the tile that is transformed at a time: 32 × 32 pixels of source and target fit the first-level cache.</summary>
    private const int BlockSide = 32;

    /// <summary>Whether width and height are swapped.</summary>
    /// <param name="orientation">How the pixels are stored.</param>
    internal static bool SwapsSides(ExifOrientation orientation) => orientation >= ExifOrientation.LeftTop;

    /// <summary>Whether the last stored row or column comes first in the upright picture: in x, and in y.</summary>
    /// <param name="orientation">How the pixels are stored.</param>
    internal static (bool X, bool Y) Flips(ExifOrientation orientation) => (
        orientation is ExifOrientation.TopRight or ExifOrientation.BottomRight or ExifOrientation.RightTop or ExifOrientation.RightBottom,
        orientation is ExifOrientation.BottomRight or ExifOrientation.BottomLeft or ExifOrientation.RightBottom
            or ExifOrientation.LeftBottom);

    /// <summary>Copies a stored picture into an upright one.</summary>
    /// <param name="stored">The pixels as stored; remain the caller's.</param>
    /// <param name="orientation">How they are stored.</param>
    internal static Raster Apply(Raster stored, ExifOrientation orientation)
    {
        var (width, height) = SwapsSides(orientation) ? (stored.Height, stored.Width) : (stored.Width, stored.Height);
        var upright = new Raster(width, height, stored.Format);
        var source = MemoryMarshal.Cast<byte, uint>(stored.Pixels);
        var target = MemoryMarshal.Cast<byte, uint>(upright.Pixels);

        // The stored pixel of upright (x, y) is at origin + x * stepX + y * stepY.
        var (right, down) = (1, stored.Width);
        var (lastColumn, lastRow) = (stored.Width - 1, (stored.Height - 1) * stored.Width);
        var (origin, stepX, stepY) = orientation switch
        {
            ExifOrientation.TopLeft => (0, right, down),
            ExifOrientation.TopRight => (lastColumn, -right, down),
            ExifOrientation.BottomRight => (lastRow + lastColumn, -right, -down),
            ExifOrientation.BottomLeft => (lastRow, right, -down),
            ExifOrientation.LeftTop => (0, down, right),
            ExifOrientation.RightTop => (lastRow, -down, right),
            ExifOrientation.RightBottom => (lastRow + lastColumn, -down, -right),
            ExifOrientation.LeftBottom => (lastColumn, down, -right),
            _ => throw new ArgumentOutOfRangeException(nameof(orientation)),
        };

        for (var top = 0; top < height; top += BlockSide)
        {
            for (var left = 0; left < width; left += BlockSide)
            {
                var blockWidth = Math.Min(BlockSide, width - left);
                for (var y = top; y < Math.Min(top + BlockSide, height); y++)
                {
                    var from = origin + (left * stepX) + (y * stepY);
                    foreach (ref var pixel in target.Slice((y * width) + left, blockWidth))
                    {
                        pixel = source[from];
                        from += stepX;
                    }
                }
            }
        }

        return upright;
    }
}
