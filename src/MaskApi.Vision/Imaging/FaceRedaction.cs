using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Imaging;

/// <summary>
/// Makes faces unrecognizable. All that is left of a face is the mean colors of a few cells, in squares or with smooth passages between
/// them, so nothing that was finer can be got back, whatever the size of the face.
/// </summary>
public static class FaceRedaction
{
    /// <summary>Cells across a face: so few that no detector of ours finds a face in them.</summary>
    private const int Cells = 3;

    /// <summary>Least side of a cell in pixels: of a tiny face, fewer cells are left.</summary>
    private const int MinCell = 6;

    /// <summary>The box ends at brow and chin; hair and ears tell who it is, too. In sizes of the box, on each side.</summary>
    private const float Margin = 0.2f;

    /// <summary>Redacts faces, in place.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="faces">The faces, in pixels of the picture.</param>
    /// <param name="redaction">How.</param>
    public static void Apply(Raster picture, IReadOnlyList<FaceVerdict> faces, Redaction redaction)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(faces);
        if (redaction == Redaction.None)
        {
            return;
        }

        foreach (var face in faces)
        {
            if (Region(picture, face.Box) is { } region)
            {
                Redact(picture, region, redaction);
            }
        }
    }

    /// <summary>What is redacted of a face; null where the box lies outside the picture.</summary>
    internal static PixelRegion? Region(Raster picture, PixelBox box)
    {
        var (wide, high) = (box.Width * Margin, box.Height * Margin);
        var widened = PixelBox.FromEdges(box.X - wide, box.Y - high, box.Right + wide, box.Bottom + high)
            .ClipTo(picture.Width, picture.Height);
        var (left, top) = ((int)MathF.Floor(widened.X), (int)MathF.Floor(widened.Y));
        var (right, bottom) = ((int)MathF.Ceiling(widened.Right), (int)MathF.Ceiling(widened.Bottom));
        return right > left && bottom > top ? new PixelRegion(left, top, right - left, bottom - top) : null;
    }

    private static void Redact(Raster picture, PixelRegion region, Redaction redaction)
    {
        var (columns, rows) = (CellsAcross(region.Width), CellsAcross(region.Height));
        var means = Means(picture, region, columns, rows);
        for (var y = 0; y < region.Height; y++)
        {
            var row = picture.Row(region.Y + y);
            var down = Place(y, region.Height, rows, redaction);
            for (var x = 0; x < region.Width; x++)
            {
                var across = Place(x, region.Width, columns, redaction);
                var pixel = row.Slice((region.X + x) * Raster.BytesPerPixel, 3);
                for (var channel = 0; channel < 3; channel++)
                {
                    var upper = Mix(Mean(across.First, down.First), Mean(across.Second, down.First), across.Share);
                    var lower = Mix(Mean(across.First, down.Second), Mean(across.Second, down.Second), across.Share);
                    pixel[channel] = (byte)(Mix(upper, lower, down.Share) + 0.5f);

                    float Mean(int column, int line) => means[(((line * columns) + column) * 3) + channel];
                }
            }
        }
    }

    private static int CellsAcross(int side) => Math.Clamp(side / MinCell, 1, Cells);

    /// <summary>The mean color of each cell: <c>float[rows, columns, 3]</c>, 0–255.</summary>
    private static float[] Means(Raster picture, PixelRegion region, int columns, int rows)
    {
        var sums = new long[rows * columns * 3];
        var counts = new int[rows * columns];
        for (var y = 0; y < region.Height; y++)
        {
            var pixels = picture.Row(region.Y + y).Slice(region.X * Raster.BytesPerPixel, region.Width * Raster.BytesPerPixel);
            for (var x = 0; x < region.Width; x++)
            {
                var cell = (y * rows / region.Height * columns) + (x * columns / region.Width);
                counts[cell]++;
                for (var channel = 0; channel < 3; channel++)
                {
                    sums[(cell * 3) + channel] += pixels[(x * Raster.BytesPerPixel) + channel];
                }
            }
        }

        return [.. sums.Select((sum, index) => (float)sum / counts[index / 3])];
    }

    /// <summary>The two cells that color a pixel, and the share of the second.</summary>
    private static (int First, int Second, float Share) Place(int at, int side, int cells, Redaction redaction)
    {
        if (redaction == Redaction.Pixelate)
        {
            var cell = at * cells / side;
            return (cell, cell, 0);
        }

        var place = Math.Clamp(((at + 0.5f) * cells / side) - 0.5f, 0, cells - 1);
        var first = (int)place;
        return (first, Math.Min(first + 1, cells - 1), place - first);
    }

    private static float Mix(float first, float second, float share) => first + ((second - first) * share);
}
