using MaskApi.TestPictures;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Imaging;

public sealed class OrientationTests
{
    // Where the stored quadrants (red 0, green 1 / blue 2, white 3) end up in the upright picture, row by row,
    // worked out by hand from the table in EXIF 2.32, 4.6.4 A.
    public static TheoryData<ExifOrientation, int[]> Cases => new()
    {
        { ExifOrientation.TopLeft, [0, 1, 2, 3] },
        { ExifOrientation.TopRight, [1, 0, 3, 2] },
        { ExifOrientation.BottomRight, [3, 2, 1, 0] },
        { ExifOrientation.BottomLeft, [2, 3, 0, 1] },
        { ExifOrientation.LeftTop, [0, 2, 1, 3] },
        { ExifOrientation.RightTop, [2, 0, 3, 1] },
        { ExifOrientation.RightBottom, [3, 1, 2, 0] },
        { ExifOrientation.LeftBottom, [1, 3, 0, 2] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_jpeg_is_rotated_upright(ExifOrientation orientation, int[] quadrants) =>
        AssertUpright(SKEncodedImageFormat.Jpeg, ImageFormat.Jpeg, orientation, quadrants);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_png_is_rotated_upright(ExifOrientation orientation, int[] quadrants) =>
        AssertUpright(SKEncodedImageFormat.Png, ImageFormat.Png, orientation, quadrants);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_webp_is_rotated_upright(ExifOrientation orientation, int[] quadrants) =>
        AssertUpright(SKEncodedImageFormat.Webp, ImageFormat.Webp, orientation, quadrants);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_pixel_moves_to_its_place(ExifOrientation orientation, int[] quadrants)
    {
        Assert.Equal(4, quadrants.Length);
        using var stored = TestPictures.NoiseRaster(71, 37);
        using var upright = OrientationTransform.Apply(stored, orientation);
        var (w, h) = (stored.Width, stored.Height);
        for (var y = 0; y < h; y++)
        {
            for (var x = 0; x < w; x++)
            {
                var (toX, toY) = orientation switch
                {
                    ExifOrientation.TopLeft => (x, y),
                    ExifOrientation.TopRight => (w - 1 - x, y),
                    ExifOrientation.BottomRight => (w - 1 - x, h - 1 - y),
                    ExifOrientation.BottomLeft => (x, h - 1 - y),
                    ExifOrientation.LeftTop => (y, x),
                    ExifOrientation.RightTop => (h - 1 - y, x),
                    ExifOrientation.RightBottom => (h - 1 - y, w - 1 - x),
                    _ => (y, w - 1 - x),
                };
                Assert.Equal(stored.At(x, y), upright.At(toX, toY));
            }
        }
    }

    private static void AssertUpright(SKEncodedImageFormat encoder, ImageFormat format, ExifOrientation orientation, int[] quadrants)
    {
        foreach (var (littleEndian, prefixed) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            using var picture = TestPictures.QuadrantRaster(96, 64);
            var file = Orientations.WithOrientation(TestPictures.Encode(picture, encoder), format, orientation, littleEndian, prefixed);
            AssertUpright(file, format, orientation, quadrants);
        }
    }

    private static void AssertUpright(byte[] file, ImageFormat format, ExifOrientation orientation, int[] quadrants)
    {
        var (width, height) = orientation >= ExifOrientation.LeftTop ? (64, 96) : (96, 64);
        Assert.Equal(new ImageHeader(format, width, height, orientation), ImageDecoder.ReadHeader(file, TestPictures.Limits));

        using var upright = TestPictures.Decode(file);
        Assert.Equal((width, height, format), (upright.Width, upright.Height, upright.Format));
        for (var i = 0; i < 4; i++)
        {
            var (x, y) = ((width / 4) + (i % 2 * width / 2), (height / 4) + (i / 2 * height / 2));
            TestPictures.AssertNear(TestPictures.Quadrants[quadrants[i]], upright.At(x, y));
        }
    }
}
