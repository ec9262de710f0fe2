using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Tests.Imaging;

public sealed class LetterboxTests
{
    public static TheoryData<int, int, PixelBox, int, int> Regions => new()
    {
        { 300, 200, new PixelBox(0, -50, 300, 300), 128, 128 },
        { 300, 200, new PixelBox(0, 0, 300, 200), 192, 128 },
        { 200, 300, new PixelBox(-50, 0, 300, 300), 192, 192 },
        { 97, 61, new PixelBox(3.3f, 1.7f, 40.4f, 20.2f), 128, 64 },
        { 97, 61, new PixelBox(60, 20, 90, 90), 64, 64 },
        { 640, 480, new PixelBox(-320, -400, 1280, 1280), 192, 192 },
        { 1601, 1201, new PixelBox(0, -200, 1601, 1801), 128, 144 },
        { 16, 16, new PixelBox(0, 0, 16, 16), 192, 192 },
        { 4000, 17, new PixelBox(0, -325, 4000, 667), 192, 32 },
        { 64, 64, new PixelBox(0, 0, 64, 64), 64, 64 },
    };

    [Theory]
    [MemberData(nameof(Regions))]
    public void Fast_path_equals_the_plain_one(int width, int height, PixelBox region, int inputWidth, int inputHeight)
    {
        using var picture = TestPictures.NoiseRaster(width, height);
        var expected = Naive(picture, region, inputWidth, inputHeight);
        var actual = new byte[inputWidth * inputHeight * 3];
        Random.Shared.NextBytes(actual);
        new Letterbox().Fill(picture, region, inputWidth, inputHeight, actual);

        // Column weights are whole 256ths, which moves a pixel by a level or so.
        var worst = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
        }

        Assert.True(worst <= 2, $"differs by up to {worst}");
    }

    [Fact]
    public void One_to_one_is_a_copy_with_black_around_it()
    {
        using var picture = TestPictures.NoiseRaster(40, 20);
        var rgb = new byte[40 * 40 * 3];
        new Letterbox().Fill(picture, new PixelBox(0, -10, 40, 40), 40, 40, rgb);
        for (var y = 0; y < 40; y++)
        {
            for (var x = 0; x < 40; x++)
            {
                var at = ((y * 40) + x) * 3;
                Assert.Equal(y is >= 10 and < 30 ? picture.At(x, y - 10) : ((byte)0, (byte)0, (byte)0), (rgb[at], rgb[at + 1], rgb[at + 2]));
            }
        }
    }

    [Fact]
    public void A_plain_color_stays_exactly_that_color()
    {
        using var picture = new Raster(517, 389);
        picture.Pixels.Fill(byte.MaxValue);
        var rgb = new byte[128 * 128 * 3];
        new Letterbox().Fill(picture, new PixelBox(11.5f, 7.25f, 350, 350), 128, 128, rgb);
        Assert.All(rgb, value => Assert.Equal(byte.MaxValue, value));
    }

    [Fact]
    public void A_region_beside_the_picture_is_black()
    {
        using var picture = TestPictures.NoiseRaster(32, 32);
        var rgb = new byte[64 * 64 * 3];
        Random.Shared.NextBytes(rgb);
        new Letterbox().Fill(picture, new PixelBox(100, 0, 32, 32), 64, 64, rgb);
        Assert.All(rgb, value => Assert.Equal(0, value));
    }

    [Fact]
    public void One_instance_serves_pictures_and_inputs_of_any_size_in_turn()
    {
        var letterbox = new Letterbox();
        foreach (var (width, height, inputWidth, inputHeight) in new[] { (900, 700, 64, 64), (20, 30, 96, 160), (300, 400, 32, 64) })
        {
            using var picture = TestPictures.NoiseRaster(width, height);
            var side = Math.Max(width, height);
            var region = new PixelBox(0, 0, side, side);
            var rgb = new byte[inputWidth * inputHeight * 3];
            letterbox.Fill(picture, region, inputWidth, inputHeight, rgb);
            var expected = Naive(picture, region, inputWidth, inputHeight);
            Assert.All(Enumerable.Range(0, rgb.Length), i => Assert.InRange(rgb[i], expected[i] - 2, expected[i] + 2));
        }
    }

    /// <summary>
    /// The definition: an output pixel whose center lies in the picture is the mean of the picture's pixels, weighted by a
    /// triangle in x times a triangle in y around that center, of half the reduction's radius and at least a pixel's.
    /// </summary>
    private static byte[] Naive(Raster picture, PixelBox region, int width, int height)
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
                    for (var column = Math.Max(0, (int)(centerX - radiusX - 1)); column < Math.Min(picture.Width, centerX + radiusX + 1); column++)
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
