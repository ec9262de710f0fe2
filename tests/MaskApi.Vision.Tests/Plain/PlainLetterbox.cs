using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Tests.Plain;

/// <summary>A plain implementation of <see cref="Letterbox"/>.</summary>
internal static class PlainLetterbox
{
    /// <summary>
    /// The definition: an output pixel whose center lies in the picture is a weighted mean of the picture's pixels. The weights are a
    /// triangle in x times a triangle in y around that center, with half the reduction as radius, and at least one pixel.
    /// </summary>
    internal static byte[] Fill(Raster picture, PixelBox region, int width, int height)
    {
        var rgb = new byte[width * height * 3];
        var (scaleX, scaleY) = ((double)region.Width / width, (double)region.Height / height);
        var (radiusX, radiusY) = (Math.Max(1, Letterbox.FilterRadius * scaleX), Math.Max(1, Letterbox.FilterRadius * scaleY));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (centerX, centerY) = (region.X + ((x + 0.5) * scaleX), region.Y + ((y + 0.5) * scaleY));
                if (centerX < 0 || centerX >= picture.Width || centerY < 0 || centerY >= picture.Height)
                {
                    continue;
                }

                var sums = new double[3];
                var total = 0.0;
                for (var row = Math.Max(0, (int)(centerY - radiusY - 1)); row < Math.Min(picture.Height, centerY + radiusY + 1); row++)
                {
                    var weightY = Math.Max(0, 1 - (Math.Abs(row + 0.5 - centerY) / radiusY));
                    var pixels = picture.Row(row);
                    var first = Math.Max(0, (int)(centerX - radiusX - 1));
                    for (var column = first; column < Math.Min(picture.Width, centerX + radiusX + 1); column++)
                    {
                        var weight = weightY * Math.Max(0, 1 - (Math.Abs(column + 0.5 - centerX) / radiusX));
                        total += weight;
                        for (var channel = 0; channel < 3; channel++)
                        {
                            sums[channel] += weight * pixels[(column * 4) + channel];
                        }
                    }
                }

                for (var channel = 0; channel < 3; channel++)
                {
                    rgb[(((y * width) + x) * 3) + channel] = (byte)Math.Round(sums[channel] / total);
                }
            }
        }

        return rgb;
    }
}
