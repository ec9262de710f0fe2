using MaskApi.Vision.Detection;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Tests.Imaging;

public sealed class LetterboxTests
{
    public static TheoryData<int, int, float, float, float, int> Regions => new()
    {
        { 300, 200, 0, -50, 300, 128 },
        { 300, 200, 0, -50, 300, 192 },
        { 200, 300, -50, 0, 300, 192 },
        { 97, 61, 3.3f, 1.7f, 40.4f, 128 },
        { 97, 61, 60, 20, 90, 64 },
        { 640, 480, -320, -400, 1280, 192 },
        { 1601, 1201, 0, -200, 1601, 128 },
        { 16, 16, 0, 0, 16, 192 },
        { 4000, 17, 0, -1991.5f, 4000, 192 },
        { 64, 64, 0, 0, 64, 64 },
    };

    [Theory]
    [MemberData(nameof(Regions))]
    public void Fast_path_equals_the_plain_one(int width, int height, float x, float y, float side, int size)
    {
        using var picture = TestPictures.NoiseRaster(width, height);
        var region = new SquareRegion(x, y, side);
        var expected = Naive(picture, region, size);
        var actual = new byte[size * size * 3];
        Random.Shared.NextBytes(actual);
        new Letterbox(size).Fill(picture, region, actual);

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
        new Letterbox(40).Fill(picture, new SquareRegion(0, -10, 40), rgb);
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
        new Letterbox(128).Fill(picture, new SquareRegion(11.5f, 7.25f, 350), rgb);
        Assert.All(rgb, value => Assert.Equal(byte.MaxValue, value));
    }

    [Fact]
    public void A_square_beside_the_picture_is_black()
    {
        using var picture = TestPictures.NoiseRaster(32, 32);
        var rgb = new byte[64 * 64 * 3];
        Random.Shared.NextBytes(rgb);
        new Letterbox(64).Fill(picture, new SquareRegion(100, 0, 32), rgb);
        Assert.All(rgb, value => Assert.Equal(0, value));
    }

    [Fact]
    public void One_instance_serves_pictures_of_any_size_in_turn()
    {
        var letterbox = new Letterbox(64);
        foreach (var (width, height) in new[] { (900, 700), (20, 30), (300, 400) })
        {
            using var picture = TestPictures.NoiseRaster(width, height);
            var region = new SquareRegion(0, 0, Math.Max(width, height));
            var rgb = new byte[64 * 64 * 3];
            letterbox.Fill(picture, region, rgb);
            var expected = Naive(picture, region, 64);
            Assert.All(Enumerable.Range(0, rgb.Length), i => Assert.InRange(rgb[i], expected[i] - 2, expected[i] + 2));
        }
    }

    /// <summary>
    /// The definition: an output pixel whose center lies in the picture is the mean of the picture's pixels, weighted by a
    /// triangle in x times a triangle in y around that center, of half the reduction's radius and at least a pixel's.
    /// </summary>
    private static byte[] Naive(Raster picture, SquareRegion region, int size)
    {
        var rgb = new byte[size * size * 3];
        var scale = (double)region.Side / size;
        var radius = Math.Max(1, Letterbox.FilterRadius * scale);
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var (centerX, centerY) = (region.X + ((x + 0.5) * scale), region.Y + ((y + 0.5) * scale));
                if (centerX < 0 || centerX >= picture.Width || centerY < 0 || centerY >= picture.Height)
                {
                    continue;
                }

                var sums = new double[3];
                var total = 0.0;
                for (var row = Math.Max(0, (int)(centerY - radius - 1)); row < Math.Min(picture.Height, centerY + radius + 1); row++)
                {
                    var weightY = Math.Max(0, 1 - (Math.Abs(row + 0.5 - centerY) / radius));
                    var pixels = picture.Row(row);
                    for (var column = Math.Max(0, (int)(centerX - radius - 1)); column < Math.Min(picture.Width, centerX + radius + 1); column++)
                    {
                        var weight = weightY * Math.Max(0, 1 - (Math.Abs(column + 0.5 - centerX) / radius));
                        total += weight;
                        for (var channel = 0; channel < 3; channel++)
                        {
                            sums[channel] += weight * pixels[(column * 4) + channel];
                        }
                    }
                }

                for (var channel = 0; channel < 3; channel++)
                {
                    rgb[(((y * size) + x) * 3) + channel] = (byte)Math.Round(sums[channel] / total);
                }
            }
        }

        return rgb;
    }
}
