using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Tests.Classification;

public sealed class FaceCropperTests
{
    [Theory]
    [InlineData(100, 80, 40, 60, 94, 71, 52, 78)]
    [InlineData(0, 0, 40, 60, 0, 0, 46, 69)]
    [InlineData(280, 150, 40, 60, 274, 141, 26, 59)]
    [InlineData(-50, -50, 400, 300, 0, 0, 300, 200)]
    [InlineData(299.9f, 199.9f, 0.05f, 0.05f, 299, 199, 1, 1)]
    [InlineData(500, 500, 10, 10, 299, 199, 1, 1)]
    public void The_box_is_widened_by_15_percent_and_clipped(
        float x, float y, float width, float height, int left, int top, int columns, int rows) =>
        Assert.Equal(new PixelRegion(left, top, columns, rows), FaceCropper.Region(new PixelBox(x, y, width, height), 300, 200));

    [Fact]
    public void A_crop_is_a_copy_of_its_region()
    {
        using var picture = TestPictures.NoiseRaster(300, 200);
        var box = new PixelBox(210.4f, 60.6f, 77, 99);
        var region = FaceCropper.Region(box, 300, 200);
        using var crop = FaceCropper.Crop(picture, box);
        Assert.Equal((region.Width, region.Height), (crop.Width, crop.Height));
        for (var y = 0; y < crop.Height; y++)
        {
            for (var x = 0; x < crop.Width; x++)
            {
                var at = ((y * crop.Width) + x) * 3;
                Assert.Equal(picture.At(region.X + x, region.Y + y), (crop.Rgb[at], crop.Rgb[at + 1], crop.Rgb[at + 2]));
            }
        }
    }

    [Fact]
    public void A_huge_crop_is_reduced_to_block_means()
    {
        using var picture = TestPictures.NoiseRaster(1100, 700);
        using var crop = FaceCropper.Crop(picture, new PixelBox(0, 0, 1100, 700));
        Assert.Equal((366, 350), (crop.Width, crop.Height));
        foreach (var (x, y) in new[] { (0, 0), (365, 349), (17, 320) })
        {
            var sum = new int[3];
            for (var row = 0; row < 2; row++)
            {
                for (var column = 0; column < 3; column++)
                {
                    var (r, g, b) = picture.At((x * 3) + column, (y * 2) + row);
                    (sum[0], sum[1], sum[2]) = (sum[0] + r, sum[1] + g, sum[2] + b);
                }
            }

            for (var channel = 0; channel < 3; channel++)
            {
                Assert.InRange(crop.Rgb[(((y * 366) + x) * 3) + channel], (sum[channel] / 6.0) - 0.51, (sum[channel] / 6.0) + 0.51);
            }
        }
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(639, 319)]
    [InlineData(6000, 5000)]
    public void A_crop_is_no_larger_than_the_classifier_needs(int width, int height)
    {
        using var picture = new Raster(width, height);
        using var crop = FaceCropper.Crop(picture, new PixelBox(0, 0, width, height));
        Assert.InRange(crop.Width, Math.Min(width, FaceCropper.ReductionFloor), (2 * FaceCropper.ReductionFloor) - 1);
        Assert.InRange(crop.Height, Math.Min(height, FaceCropper.ReductionFloor), (2 * FaceCropper.ReductionFloor) - 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_rotated_face_is_cut_upright(int quarterTurns)
    {
        // Red and blue above green: no rotation or mirror image looks the same.
        using var picture = new Raster(60, 40);
        using var rotated = new Raster(quarterTurns % 2 == 0 ? 60 : 40, quarterTurns % 2 == 0 ? 40 : 60);
        for (var y = 0; y < 40; y++)
        {
            for (var x = 0; x < 60; x++)
            {
                picture.Row(y)[(x * 4) + (y >= 20 ? 1 : x >= 30 ? 2 : 0)] = byte.MaxValue;
                var (column, row) = quarterTurns switch { 0 => (x, y), 1 => (39 - y, x), 2 => (59 - x, 39 - y), _ => (y, 59 - x) };
                picture.Row(y).Slice(x * 4, 4).CopyTo(rotated.Row(row)[(column * 4)..]);
            }
        }

        using var expected = FaceCropper.Crop(picture, new PixelBox(0, 0, 60, 40));
        using var crop = FaceCropper.Crop(rotated, new PixelBox(0, 0, rotated.Width, rotated.Height), quarterTurns);
        Assert.Equal((expected.Width, expected.Height), (crop.Width, crop.Height));
        Assert.True(expected.Rgb.SequenceEqual(crop.Rgb));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(40, 0)]
    [InlineData(-40, 0)]
    [InlineData(50, 1)]
    [InlineData(90, 1)]
    [InlineData(165, 2)]
    [InlineData(210, 2)]
    [InlineData(270, 3)]
    public void Key_points_tell_the_rotation(int degrees, int quarterTurns)
    {
        var (sin, cos) = MathF.SinCos(degrees * MathF.PI / 180);
        PixelPoint At(float x, float y) => new(100 + (x * cos) - (y * sin), 100 + (x * sin) + (y * cos));
        var face = new FaceLandmarks(At(-10, -8), At(10, -8), At(0, 2), At(0, 12), At(-20, -4), At(20, -4));
        Assert.Equal(quarterTurns, face.QuarterTurns);
    }
}
