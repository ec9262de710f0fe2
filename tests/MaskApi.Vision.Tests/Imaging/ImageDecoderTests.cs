using System.Diagnostics;
using MaskApi.TestPictures;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Imaging;

public sealed class ImageDecoderTests
{
    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, ImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png, ImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp, ImageFormat.Webp)]
    public void Common_formats_are_read(SKEncodedImageFormat encoder, ImageFormat format)
    {
        using var picture = TestPictures.QuadrantRaster(64, 64);
        AssertQuadrants(TestPictures.Encode(picture, encoder), format);
    }

    [Fact]
    public void Bitmaps_are_read()
    {
        using var picture = TestPictures.QuadrantRaster(64, 64);
        AssertQuadrants(TestPictures.Bmp(picture), ImageFormat.Bmp);
    }

    [Fact]
    public void Cmyk_jpeg_becomes_rgb()
    {
        using var picture = TestPictures.Decode(TestPictures.Read("quadrants-cmyk.jpg"));
        AssertQuadrants(picture, tolerance: 30);
    }

    [Fact]
    public void Progressive_jpeg_is_read() => AssertQuadrants(TestPictures.Read("quadrants-progressive.jpg"), ImageFormat.Jpeg);

    [Fact]
    public void Sixteen_bit_gray_png_is_read()
    {
        byte[] row = [.. Enumerable.Range(0, 32).SelectMany(static x => new byte[] { (byte)(x * 8), 0x77 })];
        var rows = Enumerable.Repeat(row, 32);
        using var picture = TestPictures.Decode(PngFiles.Create(32, 32, depth: 16, colorType: 0, rows));
        TestPictures.AssertNear((80, 80, 80), picture.At(10, 3), tolerance: 1);
    }

    [Fact]
    public void Palette_png_is_read_and_its_transparent_color_is_white()
    {
        var rows = Enumerable.Range(0, 32).Select(_ => Enumerable.Range(0, 32).Select(x => (byte)(x % 3)).ToArray());
        var file = PngFiles.Create(
            32, 32, depth: 8, colorType: 3, rows, ("PLTE", [200, 10, 20, 30, 210, 40, 50, 60, 220]), ("tRNS", [255, 255, 0]));
        using var picture = TestPictures.Decode(file);
        Assert.Equal((200, 10, 20), picture.At(0, 0));
        Assert.Equal((30, 210, 40), picture.At(1, 5));
        Assert.Equal((255, 255, 255), picture.At(2, 9));
    }

    [Fact]
    public void Transparency_is_composited_on_white()
    {
        byte[] row = [.. Enumerable.Repeat(new byte[] { 200, 100, 0, 128 }, 16).SelectMany(p => p)];
        using var picture = TestPictures.Decode(PngFiles.Create(16, 16, depth: 8, colorType: 6, Enumerable.Repeat(row, 16)));

        // 128/255 of the color, 127/255 of white.
        TestPictures.AssertNear((227, 177, 127), picture.At(7, 7), tolerance: 1);
    }

    [Fact]
    public void Only_the_first_frame_of_a_gif_is_decoded()
    {
        var file = GifFiles.Create(200, 200, [(250, 20, 30), .. Enumerable.Repeat(((byte)0, (byte)0, (byte)255), 999)]);
        using (var picture = TestPictures.Decode(file))
        {
            Assert.Equal((ImageFormat.Gif, 200, 200), (picture.Format, picture.Width, picture.Height));
            Assert.Equal((250, 20, 30), picture.At(100, 100));
        }

        var single = Time(GifFiles.Create(200, 200, (250, 20, 30)));
        var many = Time(file);
        Assert.True(many < (5 * single) + TimeSpan.FromMilliseconds(5), $"1 frame {single}, 1000 frames {many}");
    }

    [Fact]
    public void Wide_gamut_is_converted_to_srgb()
    {
        // Display P3's (234, 51, 35) is sRGB's pure red (ICC profile conversion of 255, 0, 0).
        using var raster = new Raster(32, 32);
        for (var i = 0; i < raster.Pixels.Length; i += 4)
        {
            new byte[] { 234, 51, 35, 255 }.CopyTo(raster.Pixels[i..]);
        }

        using var p3 = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3);
        using var picture = TestPictures.Decode(TestPictures.Encode(raster, SKEncodedImageFormat.Png, p3));
        TestPictures.AssertNear((255, 0, 0), picture.At(9, 9), tolerance: 3);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_truncated_file_is_refused(SKEncodedImageFormat format)
    {
        using var noise = TestPictures.NoiseRaster(200, 150);
        AssertCutsRefused(TestPictures.Encode(noise, format), step: 97);
    }

    [Fact]
    public void A_truncated_progressive_jpeg_is_refused() => AssertCutsRefused(TestPictures.Read("quadrants-progressive.jpg"), step: 7);

    [Fact]
    public void A_truncated_bitmap_is_refused()
    {
        using var picture = TestPictures.QuadrantRaster(64, 64);
        AssertCutsRefused(TestPictures.Bmp(picture), step: 101);
    }

    [Fact]
    public void A_truncated_gif_is_refused() => AssertCutsRefused(GifFiles.Create(64, 64, (1, 2, 3)), step: 31);

    [Fact]
    public void A_pixel_bomb_is_refused_by_its_header()
    {
        var row = new byte[30000 * 4];
        var file = PngFiles.Create(30000, 30000, depth: 8, colorType: 6, Enumerable.Repeat(row, 30000 / 100));
        Assert.True(file.Length < 1_000_000);
        var before = PixelMemory.OutstandingBytes + PixelMemory.RetainedBytes;
        var refused = Assert.Throws<ImageRejectedException>(() => TestPictures.Decode(file));
        Assert.Equal(ImageRejection.TooManyPixels, refused.Reason);
        Assert.Contains("30000×30000", refused.Message, StringComparison.Ordinal);
        Assert.True(PixelMemory.OutstandingBytes + PixelMemory.RetainedBytes <= before + 1_000_000);
    }

    [Fact]
    public void A_picture_below_the_minimum_side_is_refused()
    {
        using var picture = TestPictures.QuadrantRaster(64, 15);
        var refused = Assert.Throws<ImageRejectedException>(
            () => TestPictures.Decode(TestPictures.Encode(picture, SKEncodedImageFormat.Png)));
        Assert.Equal(ImageRejection.TooSmall, refused.Reason);
    }

    [Fact]
    public void The_pixel_limit_itself_is_allowed()
    {
        using var picture = TestPictures.QuadrantRaster(100, 50);
        var file = TestPictures.Encode(picture, SKEncodedImageFormat.Png);
        Assert.Equal(5000, ImageDecoder.ReadHeader(file, new DecodeLimits { MaxPixels = 5000 }).Pixels);
        var refused = Assert.Throws<ImageRejectedException>(() => ImageDecoder.ReadHeader(file, new DecodeLimits { MaxPixels = 4999 }));
        Assert.Equal(ImageRejection.TooManyPixels, refused.Reason);
    }

    [Fact]
    public void A_jpeg_with_too_many_scans_is_refused()
    {
        var file = TestPictures.Read("quadrants-progressive.jpg");
        var lastScan = file.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] bomb = [.. file[..lastScan], .. Enumerable.Repeat(file[lastScan..^2], 5000).SelectMany(b => b), 0xFF, 0xD9];
        Assert.NotNull(JpegStructure.Unsupported(bomb));
        Assert.Null(JpegStructure.Unsupported(file));
        Assert.Null(JpegStructure.Unsupported(TestPictures.Read("astronaut.jpg")));
        var refused = Assert.Throws<ImageRejectedException>(() => TestPictures.Decode(bomb));
        Assert.Equal(ImageRejection.Undecodable, refused.Reason);
        Assert.Contains("scans", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The codec would keep each segment in memory on the way to the header; five million of them fit into 20 MB.</summary>
    [Theory]
    [InlineData(4000, true)]
    [InlineData(5000, false)]
    public void A_jpeg_with_too_many_segments_is_refused_by_its_header(int segments, bool read)
    {
        var file = TestPictures.Read("astronaut.jpg");
        byte[] many = [.. file[..2], .. Enumerable.Repeat<byte[]>([0xFF, 0xE1, 0, 2], segments).SelectMany(b => b), .. file[2..]];
        if (read)
        {
            Assert.Equal(ImageFormat.Jpeg, ImageDecoder.ReadHeader(many, TestPictures.Limits).Format);
            return;
        }

        var refused = Assert.Throws<ImageRejectedException>(() => ImageDecoder.ReadHeader(many, TestPictures.Limits));
        Assert.Equal(ImageRejection.Undecodable, refused.Reason);
        Assert.Contains("segments", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The codec would inflate a thousand of them on the way to the header: 8 GB from as many megabytes.</summary>
    [Theory]
    [InlineData(false, 1, 7_900_000, true)]
    [InlineData(true, 1, 7_900_000, true)]
    [InlineData(false, 2, 4_100_000, false)]
    [InlineData(true, 2, 4_100_000, false)]
    [InlineData(true, 1, 100_000_000, false)]
    public void A_png_with_too_much_text_is_refused_by_its_header(bool international, int chunks, int length, bool read)
    {
        var text = Enumerable.Repeat(PngFiles.Text(international, length), chunks);
        var file = PngFiles.Create(32, 32, depth: 8, colorType: 0, Enumerable.Repeat(new byte[32], 32), [.. text]);
        if (read)
        {
            TestPictures.Decode(file).Dispose();
            return;
        }

        var refused = Assert.Throws<ImageRejectedException>(() => ImageDecoder.ReadHeader(file, TestPictures.Limits));
        Assert.Equal(ImageRejection.Undecodable, refused.Reason);
        Assert.Contains("text", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The zlib header asks for a dictionary, which PNG does not support. The picture does not depend on the text.</summary>
    [Theory]
    [InlineData("zTXt", new byte[] { 0x61, 0, 0, 0x78, 0x20, 0, 0, 0, 0 })]
    [InlineData("iTXt", new byte[] { 0x61, 0, 1, 0, 0, 0, 0x78, 0x20, 0, 0, 0, 0 })]
    [InlineData("zTXt", new byte[] { 0x61, 0, 0, 0x78, 0x9C, 0xFF, 0xFF, 0, 0 })]
    [InlineData("zTXt", new byte[] { 0x61, 0, 0, 0x79, 0x9C })]
    [InlineData("zTXt", new byte[] { 0x61 })]
    [InlineData("iTXt", new byte[] { 0x61, 0, 1 })]
    public void Text_that_cannot_be_inflated_is_ignored(string type, byte[] text)
    {
        var file = PngFiles.Create(32, 32, depth: 8, colorType: 0, Enumerable.Repeat(new byte[32], 32));
        var end = file.Length - 12;
        foreach (var at in new[] { 33, end })
        {
            byte[] withText = [.. file[..at], .. PngFiles.Chunk(type, text), .. file[at..]];
            using var picture = TestPictures.Decode(withText);
            Assert.Equal((0, 0, 0), picture.At(5, 5));
        }
    }

    [Fact]
    public void Segments_hidden_behind_reserved_markers_are_counted()
    {
        var file = TestPictures.Read("quadrants-progressive.jpg");
        var segments = Enumerable.Repeat<byte[]>([0xFF, 0xE1, 0, 2], JpegStructure.MaxSegments).SelectMany(static b => b);
        byte[] hidden = [0xFF, 0x02, 0xFF, 0xFF, .. segments];
        Assert.NotNull(JpegStructure.Unsupported([.. file[..^2], .. hidden, .. new byte[65_535], .. file[^2..]]));
        for (var marker = 0x02; marker <= 0xBF; marker++)
        {
            byte[] scans = [0xFF, (byte)marker, 0xFF, 0xFF, .. Enumerable.Repeat<byte[]>([0xFF, 0xDA, 0, 2], 33).SelectMany(b => b)];
            Assert.NotNull(JpegStructure.Unsupported([.. file[..^2], .. scans, .. new byte[65_535], .. file[^2..]]));
        }
    }

    [Fact]
    public void A_phone_picture_of_fifty_megapixels_is_within_the_default_limit() =>
        Assert.InRange(8160L * 6144, 1, new DecodeLimits().MaxPixels);

    [Theory]
    [InlineData(12, 256, null)]
    [InlineData(12, 2, "palette")]
    [InlineData(16, 256, "16-byte header")]
    public void An_os2_bitmap_is_read_or_refused_by_name(int header, int colors, string? refusal)
    {
        var file = BmpFiles.Os2(32, header, colors);
        if (refusal is null)
        {
            using var picture = TestPictures.Decode(file);
            Assert.Equal((200, 20, 40), picture.At(7, 7));
            return;
        }

        var refused = Assert.Throws<ImageRejectedException>(() => TestPictures.Decode(file));
        Assert.Equal(ImageRejection.Undecodable, refused.Reason);
        Assert.Contains(refusal, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256, 0, true)]
    [InlineData(2, 2, true)]
    [InlineData(2, 0, false)]
    public void A_bitmap_with_a_short_palette_is_read_if_its_header_says_so(int colors, int stated, bool isRead)
    {
        var file = BmpFiles.WithPalette(32, colors, stated);
        if (isRead)
        {
            using var picture = TestPictures.Decode(file);
            Assert.Equal((200, 20, 40), picture.At(7, 7));
            return;
        }

        var refused = Assert.Throws<ImageRejectedException>(() => TestPictures.Decode(file));
        Assert.Equal(ImageRejection.Undecodable, refused.Reason);
        Assert.Contains("palette", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Whether libjpeg reads arithmetic coding depends on its build, and no build notices data that are missing.</summary>
    [Theory]
    [InlineData(0xC3)]
    [InlineData(0xC9)]
    [InlineData(0xCA)]
    public void A_jpeg_that_is_not_huffman_coded_is_refused_by_name(byte frame)
    {
        var file = TestPictures.Read("astronaut.jpg");
        file[file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 1] = frame;
        var refused = Assert.Throws<ImageRejectedException>(() => TestPictures.Decode(file));
        Assert.Equal(ImageRejection.Undecodable, refused.Reason);
        Assert.Contains("Arithmetic", refused.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[], string> Foreign => new()
    {
        { "empty", [], "empty" },
        { "text", "Hello, this is no picture, whatever its name says."u8.ToArray(), "JPEG, PNG" },
        { "text that starts like a bitmap", "BMW builds cars, and motorcycles."u8.ToArray(), "JPEG, PNG" },
        { "HEIC", [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8], "HEIC" },
        { "AVIF", [0, 0, 0, 24, .. "ftypavif"u8, 0, 0, 0, 0, .. "avifmif1"u8], "AVIF" },
        { "AVIF by a compatible brand", [0, 0, 0, 28, .. "ftypmif1"u8, 0, 0, 0, 0, .. "mif1avifmiaf"u8], "AVIF" },
        { "HEIC by a compatible brand", [0, 0, 0, 24, .. "ftypmif1"u8, 0, 0, 0, 0, .. "mif1heic"u8, .. "avif"u8], "HEIC" },
        { "TIFF", [.. "II*\0"u8, 8, 0, 0, 0], "TIFF" },
        { "icon", [0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0], "JPEG, PNG" },
        { "half a PNG signature", [0x89, (byte)'P', (byte)'N'], "JPEG, PNG" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Unsupported_formats_are_named(string what, byte[] file, string expected)
    {
        var refused = Assert.Throws<ImageRejectedException>(() => ImageDecoder.ReadHeader(file, TestPictures.Limits));
        Assert.True(refused.Reason == ImageRejection.UnsupportedMediaType, what);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_canceled_call_stops()
    {
        var canceled = new CancellationToken(canceled: true);
        Assert.Throws<OperationCanceledException>(
            () => ImageDecoder.Decode(TestPictures.Read("astronaut.jpg"), TestPictures.Limits, canceled));
    }

    private static TimeSpan Time(byte[] file)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var start = Stopwatch.GetTimestamp();
            TestPictures.Decode(file).Dispose();
            var took = Stopwatch.GetElapsedTime(start);
            best = took < best ? took : best;
        }

        return best;
    }

    private static void AssertCutsRefused(byte[] file, int step)
    {
        TestPictures.Decode(file).Dispose();
        for (var length = 1; length < file.Length - 16; length += step)
        {
            var cut = file[..length];
            var refused = Assert.Throws<ImageRejectedException>(() =>
            {
                TestPictures.Decode(cut).Dispose();
                Assert.Fail($"{length} of {file.Length} bytes were taken for a picture");
            });
            Assert.True(
                refused.Reason == ImageRejection.Undecodable
                || (length < 18 && refused.Reason == ImageRejection.UnsupportedMediaType));
        }
    }

    private static void AssertQuadrants(byte[] file, ImageFormat format)
    {
        using var picture = TestPictures.Decode(file);
        Assert.Equal(format, picture.Format);
        AssertQuadrants(picture, tolerance: 6);
    }

    private static void AssertQuadrants(Raster picture, int tolerance)
    {
        Assert.Equal((64, 64), (picture.Width, picture.Height));
        for (var i = 0; i < 4; i++)
        {
            TestPictures.AssertNear(TestPictures.Quadrants[i], picture.At(16 + (i % 2 * 32), 16 + (i / 2 * 32)), tolerance);
        }
    }
}
