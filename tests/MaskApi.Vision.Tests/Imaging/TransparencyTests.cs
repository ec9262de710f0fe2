using MaskApi.TestPictures;

namespace MaskApi.Vision.Tests.Imaging;

public sealed class TransparencyTests
{
    private const byte Alpha = 80;

    /// <summary>Every way in which a PNG can be partly transparent, with every way in which it can describe its colors.</summary>
    public static TheoryData<string, string> Cases =>
        [.. from form in (string[])["gray alpha", "gray alpha 16", "RGBA", "RGBA 16", "palette"]
            from colors in (string[])["none", "gAMA", "sRGB", "iCCP"]
            select (form, colors)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Half_transparent_colors_are_mixed_with_white_once(string form, string colors)
    {
        (string, byte[])[] extra = colors switch
        {
            "gAMA" => [("gAMA", [0, 0, 0xB1, 0x8F])],
            "sRGB" => [("sRGB", [0])],
            "iCCP" => [("iCCP", [.. "profile"u8, 0, 0, .. PngFiles.Pack([IccProfiles.All["sRGB"]])])],
            _ => [],
        };
        var (depth, type, white, red) = form switch
        {
            "gray alpha" => (8, 4, new byte[] { 255, Alpha }, new byte[] { 0, Alpha }),
            "gray alpha 16" => (16, 4, [255, 255, Alpha, Alpha], [0, 0, Alpha, Alpha]),
            "RGBA" => (8, 6, [255, 255, 255, Alpha], [255, 0, 0, Alpha]),
            "RGBA 16" => (16, 6, [255, 255, 255, 255, 255, 255, Alpha, Alpha], [255, 255, 0, 0, 0, 0, Alpha, Alpha]),
            _ => (8, 3, [0], [1]),
        };
        if (form == "palette")
        {
            extra = [.. extra, ("PLTE", [255, 255, 255, 255, 0, 0]), ("tRNS", [Alpha, Alpha])];
        }

        byte[] row = [.. Enumerable.Repeat((byte[])[.. white, .. red], 16).SelectMany(static pair => pair)];
        using var picture = TestPictures.Decode(PngFiles.Create(32, 32, (byte)depth, (byte)type, Enumerable.Repeat(row, 32), extra));

        // 80/255 of the color and 175/255 of white.
        TestPictures.AssertNear((255, 255, 255), picture.At(4, 4), tolerance: 1);
        var expected = type == 4 ? ((byte)175, (byte)175, (byte)175) : ((byte)255, (byte)175, (byte)175);
        TestPictures.AssertNear(expected, picture.At(5, 4), tolerance: 1);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 6)]
    public void The_transparent_color_becomes_white(byte colorType, int tagLength)
    {
        foreach (var extra in new (string, byte[])[][] { [], [("gAMA", [0, 0, 0xB1, 0x8F])] })
        {
            var samples = tagLength / 2;
            byte[] row = [.. Enumerable.Range(0, 32).SelectMany(x => Enumerable.Repeat(x % 2 == 0 ? (byte)90 : (byte)0, samples))];
            byte[] key = [.. Enumerable.Repeat(new byte[] { 0, 90 }, samples).SelectMany(static sample => sample)];
            using var picture = TestPictures.Decode(
                PngFiles.Create(32, 32, depth: 8, colorType, Enumerable.Repeat(row, 32), [.. extra, ("tRNS", key)]));
            Assert.Equal((255, 255, 255), picture.At(6, 7));
            Assert.Equal((0, 0, 0), picture.At(7, 7));
        }
    }

    /// <summary>
    /// Red and blue stripes with masks. Chromium 156 shows the same pixels, but nothing of the bitmaps whose alpha is 0 throughout, which
    /// are opaque here.
    /// </summary>
    [Theory]
    [InlineData(56, 128, false, 32, 3)]
    [InlineData(108, 128, false, 32, 3)]
    [InlineData(124, 128, true, 32, 3)]
    [InlineData(124, 255, false, 32, 3)]
    [InlineData(124, 0, false, 32, 3)]
    [InlineData(108, 128, false, 32, 0)]
    [InlineData(124, 128, true, 32, 0)]
    [InlineData(124, 0, false, 32, 0)]
    [InlineData(40, 128, false, 32, 6)]
    [InlineData(56, 128, true, 32, 6)]
    [InlineData(56, 136, false, 16, 3)]
    [InlineData(56, 136, true, 16, 3)]
    [InlineData(56, 0, false, 16, 3)]
    [InlineData(108, 136, false, 16, 3)]
    [InlineData(124, 0, false, 16, 3)]
    [InlineData(40, 136, false, 16, 6)]
    public void A_bitmap_with_alpha_is_mixed_with_white_unless_it_is_fully_transparent(
        int header, byte alpha, bool topDown, int bits, int compression)
    {
        // An odd width: rows of 16 bits a pixel are padded.
        using var picture = TestPictures.Decode(BmpFiles.WithAlpha(33, 16, header, alpha, topDown, bits, compression));
        var white = alpha == 0 ? (byte)0 : (byte)(255 - alpha);
        TestPictures.AssertNear((255, white, white), picture.At(3, 0), tolerance: 1);
        TestPictures.AssertNear((white, white, 255), picture.At(32, 1), tolerance: 1);
    }

    /// <summary>No mask of alpha counts in these; Chromium agrees.</summary>
    [Theory]
    [InlineData(56, 32, 0)]
    [InlineData(40, 32, 3)]
    public void The_fourth_byte_of_a_bitmap_without_alpha_is_ignored(int header, int bits, int compression)
    {
        using var picture = TestPictures.Decode(BmpFiles.WithAlpha(32, 16, header, 128, topDown: false, bits, compression));
        Assert.Equal((255, 0, 0), picture.At(3, 0));
    }
}
