using MaskApi.TestPictures;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Imaging.Formats;

public sealed class ColorProfileTests
{
    public static TheoryData<string> Kinds => ["none", .. IccProfiles.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_profile_gives_the_same_colors_in_every_format(string kind)
    {
        foreach (var color in new SKColor[] { new(254, 0, 0), new(0, 200, 40), new(30, 60, 220), new(128, 128, 128) })
        {
            var png = Decode(Png(color, kind));
            foreach (var (format, file) in new[] { ("JPEG", Jpeg(color, kind)), ("WebP", Webp(color, kind)) })
            {
                var (r, g, b) = Decode(file);
                Assert.True(
                    Math.Abs(r - png.R) <= 2 && Math.Abs(g - png.G) <= 2 && Math.Abs(b - png.B) <= 2,
                    $"{color} under {kind}: {(r, g, b)} as {format}, {png} as PNG");
            }
        }
    }

    /// <summary>Swapped colors are swapped, however the profile describes it. The corners of tables are rounded.</summary>
    [Theory]
    [InlineData("none", 254, 0, 0)]
    [InlineData("sRGB", 254, 0, 0)]
    [InlineData("sRGB as tables", 254, 0, 0)]
    [InlineData("red and blue swapped by the matrix", 0, 0, 254)]
    [InlineData("red and blue swapped by tables", 0, 0, 254)]
    [InlineData("sRGB by the matrix, red and blue swapped by tables", 0, 0, 254)]
    [InlineData("not a profile", 254, 0, 0)]
    public void Colors_follow_the_profile(string kind, byte r, byte g, byte b) =>
        TestPictures.AssertNear((r, g, b), Decode(Jpeg(new SKColor(254, 0, 0), kind)), tolerance: 10);

    [Theory]
    [InlineData("none", true)]
    [InlineData("sRGB", true)]
    [InlineData("Display P3", false)]
    [InlineData("sRGB as tables", false)]
    [InlineData("sRGB by the matrix, red and blue swapped by tables", false)]
    [InlineData("not a profile", false)]
    public void Only_plain_sRGB_needs_no_conversion(string kind, bool expected) =>
        Assert.Equal(expected, JpegProfile.IsSrgb(Jpeg(SKColors.Red, kind)));

    private static (byte R, byte G, byte B) Decode(byte[] file)
    {
        using var picture = TestPictures.Decode(file);
        return picture.At(20, 11);
    }

    private static byte[] Jpeg(SKColor color, string kind)
    {
        // Lossless and without subsampling, so that only the profile differs.
        using var bitmap = Plain(color);
        using var pixels = bitmap.PeekPixels();
        using var data = pixels.Encode(
            new SKJpegEncoderOptions(100, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore));
        var file = data!.ToArray();
        return kind == "none" ? file : JpegFiles.WithSegment(file, 0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, .. IccProfiles.All[kind]]);
    }

    private static byte[] Png(SKColor color, string kind)
    {
        byte[] row = [.. Enumerable.Repeat(new[] { color.Red, color.Green, color.Blue }, 32).SelectMany(static pixel => pixel)];
        (string, byte[])[] profile = kind == "none" ? [] : [("iCCP", [.. "profile"u8, 0, 0, .. PngFiles.Pack([IccProfiles.All[kind]])])];
        return PngFiles.Create(32, 32, depth: 8, colorType: 2, Enumerable.Repeat(row, 32), profile);
    }

    private static byte[] Webp(SKColor color, string kind)
    {
        using var bitmap = Plain(color);
        using var pixels = bitmap.PeekPixels();
        using var data = pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100));
        var file = data!.ToArray();
        return kind == "none" ? file : WebpFiles.Extended(file, 0x20, [("ICCP", IccProfiles.All[kind])], []);
    }

    private static SKBitmap Plain(SKColor color)
    {
        var bitmap = new SKBitmap(new SKImageInfo(32, 32, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.Erase(color);
        return bitmap;
    }
}
