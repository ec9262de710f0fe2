using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Tests.Plain;

namespace MaskApi.Vision.Tests.Detection;

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
    public void The_fast_path_equals_the_plain_one(int width, int height, PixelBox region, int inputWidth, int inputHeight)
    {
        using var picture = TestPictures.NoiseRaster(width, height);
        var expected = PlainLetterbox.Fill(picture, region, inputWidth, inputHeight);
        var actual = new byte[inputWidth * inputHeight * 3];
        Random.Shared.NextBytes(actual);
        new Letterbox().Fill(picture, region, inputWidth, inputHeight, actual);

        // Single precision against double: values half-way between two levels may round either way.
        var worst = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
        }

        Assert.True(worst <= 1, $"differs by up to {worst}");
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
                var expected = y is >= 10 and < 30 ? picture.At(x, y - 10) : ((byte)0, (byte)0, (byte)0);
                Assert.Equal(expected, (rgb[at], rgb[at + 1], rgb[at + 2]));
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
    public void One_instance_can_be_reused_for_any_size()
    {
        var letterbox = new Letterbox();
        foreach (var (width, height, inputWidth, inputHeight) in new[] { (900, 700, 64, 64), (20, 30, 96, 160), (300, 400, 32, 64) })
        {
            using var picture = TestPictures.NoiseRaster(width, height);
            var side = Math.Max(width, height);
            var region = new PixelBox(0, 0, side, side);
            var rgb = new byte[inputWidth * inputHeight * 3];
            letterbox.Fill(picture, region, inputWidth, inputHeight, rgb);
            var expected = PlainLetterbox.Fill(picture, region, inputWidth, inputHeight);
            Assert.All(Enumerable.Range(0, rgb.Length), i => Assert.InRange(rgb[i], expected[i] - 1, expected[i] + 1));
        }
    }
}
