using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Imaging;

public sealed class TurboJpegTests
{
    public static TheoryData<SKJpegEncoderDownsample, int> Cases =>
        [.. from sampling in Enum.GetValues<SKJpegEncoderDownsample>() from reduction in (int[])[1, 2, 4, 8] select (sampling, reduction)];

    // The sides are not multiples of 8 or 16, so that partial blocks at the edges are covered.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_byte_equals_SkiaSharps(SKJpegEncoderDownsample sampling, int reduction)
    {
        RequireLibrary();
        using var portrait = SKBitmap.Decode(TestPictures.Read("astronaut.jpg"));
        using var part = new SKBitmap();
        Assert.True(portrait.ExtractSubset(part, new SKRectI(3, 5, 3 + 403, 5 + 301)));
        using var pixels = part.PeekPixels();
        using var file = pixels.Encode(new SKJpegEncoderOptions(85, sampling, SKJpegEncoderAlphaOption.Ignore));
        AssertSame("the portrait", file!.ToArray(), reduction);
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("ilc2021-dev")]
    [InlineData("kaggle853-dev")]
    public void Every_byte_of_photographs_equals_SkiaSharps(string dataSet)
    {
        RequireLibrary();
        var done = 0;
        foreach (var path in DevSet.Pictures(dataSet, 60))
        {
            var file = File.ReadAllBytes(path);
            if (ImageSniffer.Identify(file) == ImageFormat.Jpeg)
            {
                AssertSame(Path.GetFileName(path), file, 1);
                AssertSame(Path.GetFileName(path), file, 2);
                done++;
            }
        }

        Assert.SkipWhen(done == 0, $"{dataSet} has no JPEG among these files.");
    }

    [Fact]
    public void Progressive_files_equal_SkiaSharps()
    {
        RequireLibrary();
        AssertSame("the quadrants", TestPictures.Read("quadrants-progressive.jpg"), 1);
    }

    [Fact]
    public void Cmyk_is_left_to_SkiaSharp()
    {
        RequireLibrary();
        using var raster = TestPictures.Decode(TestPictures.Read("quadrants-cmyk.jpg"));
        Assert.False(TurboJpeg.TryDecode(TestPictures.Read("quadrants-cmyk.jpg"), raster));
    }

    [Fact]
    public void A_truncated_file_is_left_to_SkiaSharp()
    {
        RequireLibrary();
        using var portrait = SKBitmap.Decode(TestPictures.Read("astronaut.jpg"));
        using var file = portrait.Encode(SKEncodedImageFormat.Jpeg, 90);
        using var raster = new Raster(portrait.Width, portrait.Height, ImageFormat.Jpeg);
        Assert.True(TurboJpeg.TryDecode(file.AsSpan(), raster));
        Assert.False(TurboJpeg.TryDecode(file.AsSpan()[..(int)(file.Size / 2)], raster));
    }

    private static void RequireLibrary() => Assert.SkipUnless(TurboJpeg.IsInstalled, "libturbojpeg is not installed.");

    private static void AssertSame(string name, byte[] file, int reduction)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        if (codec.Info.ColorSpace is not { IsSrgb: true })
        {
            return;
        }

        var size = codec.GetScaledDimensions(1f / reduction);
        using var expected = new SKBitmap(
            new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, SKColorSpace.CreateSrgb()));
        Assert.Equal(SKCodecResult.Success, codec.GetPixels(expected.Info, expected.GetPixels()));
        using var raster = new Raster(size.Width, size.Height, ImageFormat.Jpeg);
        Assert.True(TurboJpeg.TryDecode(file, raster), $"{name} was not decoded.");
        Assert.True(expected.GetPixelSpan().SequenceEqual(raster.Pixels), $"{name} has different pixels.");
    }
}
