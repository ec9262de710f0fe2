using MaskApi.TestPictures;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Imaging.Formats;

public sealed class JpegScansTests
{
    private static readonly byte[] _end = [0xFF, 0xD9];

    public static TheoryData<SKJpegEncoderDownsample, int> Files =>
        [.. from sampling in Enum.GetValues<SKJpegEncoderDownsample>() from side in (int[])[16, 99, 250] select (sampling, side)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_sequential_file_is_whole_and_any_part_of_it_is_not(SKJpegEncoderDownsample sampling, int side) =>
        AssertWholeAndNoPart(Noise(side, sampling), step: 173);

    [Fact]
    public void A_progressive_file_is_whole_and_any_part_of_it_is_not() =>
        AssertWholeAndNoPart(TestPictures.Read("quadrants-progressive.jpg"), step: 5);

    [Theory]
    [InlineData("quadrants-cmyk.jpg")]
    [InlineData("astronaut.jpg")]
    public void Files_of_other_encoders_are_whole(string name) => Assert.Equal(JpegScans.Finding.Whole, Check(TestPictures.Read(name)));

    [Theory]
    [InlineData("ilc2021-dev")]
    [InlineData("kaggle853-dev")]
    public void Photographs_are_whole(string dataSet)
    {
        foreach (var path in DevSet.Pictures(dataSet, 200))
        {
            var file = File.ReadAllBytes(path);
            if (ImageSniffer.Identify(file) == ImageFormat.Jpeg)
            {
                Assert.True(Check(file) == JpegScans.Finding.Whole, Path.GetFileName(path));
            }
        }
    }

    [Fact]
    public void Half_a_scan_is_refused_with_and_without_an_end_marker()
    {
        var file = TestPictures.Read("astronaut.jpg");
        AssertRefused([.. file[..(file.Length / 2)], .. _end]);
        AssertRefused(file[..(file.Length / 2)]);
    }

    /// <summary>A run of ones is not a valid code (T.81, C: the code of all ones is reserved).</summary>
    [Fact]
    public void An_invalid_code_is_refused()
    {
        var file = TestPictures.Read("astronaut.jpg");
        for (var i = file.Length / 2; i < (file.Length / 2) + 16; i += 2)
        {
            (file[i], file[i + 1]) = (0xFF, 0x00);
        }

        AssertRefused(file);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void A_file_without_an_end_marker_is_read_whatever_follows(int trailing)
    {
        foreach (var name in new[] { "astronaut.jpg", "quadrants-progressive.jpg" })
        {
            var file = TestPictures.Read(name);
            Assert.Equal(_end, file[^2..]);
            using var expected = TestPictures.Decode(file);
            using var picture = TestPictures.Decode([.. file[..^2], .. new byte[trailing]]);
            Assert.True(expected.Pixels.SequenceEqual(picture.Pixels), name);
        }
    }

    [Fact]
    public void Extraneous_bytes_before_a_marker_are_ignored()
    {
        var file = TestPictures.Read("astronaut.jpg");
        using var expected = TestPictures.Decode(file);
        using var picture = TestPictures.Decode([.. file[..^2], 1, 2, 3, 4, 5, .. _end]);
        Assert.True(expected.Pixels.SequenceEqual(picture.Pixels));
    }

    /// <summary>Decoders paint a component gray that no scan brings. Each of three scans is left out in turn.</summary>
    [Fact]
    public void A_file_that_lacks_a_component_is_refused()
    {
        var file = JpegFiles.InScansOfOneComponent(48, 48);
        Assert.Equal(JpegScans.Finding.Whole, Check(file));
        using (TestPictures.Decode(file))
        {
        }

        int[] scans = [.. Enumerable.Range(0, file.Length - 1).Where(at => file[at] == 0xFF && file[at + 1] == 0xDA), file.Length - 2];
        for (var missing = 0; missing < 3; missing++)
        {
            AssertRefused([.. file[..scans[missing]], .. file[scans[missing + 1]..]]);
        }
    }

    [Fact]
    public void A_file_without_scans_is_refused()
    {
        var file = TestPictures.Read("quadrants-progressive.jpg");
        var scan = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        AssertRefused([.. file[..scan], .. _end]);
    }

    private static void AssertWholeAndNoPart(byte[] file, int step)
    {
        Assert.Equal(JpegScans.Finding.Whole, Check(file));
        Assert.Equal(JpegScans.Finding.Whole, Check(file[..^2]));
        var scan = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        for (var length = scan; length < file.Length - 12; length += step)
        {
            Assert.True(Check(file[..length]) == JpegScans.Finding.Broken, $"{length} of {file.Length} bytes");
        }
    }

    private static JpegScans.Finding Check(byte[] file) => JpegScans.Check(file, out _, CancellationToken.None);

    private static void AssertRefused(byte[] file)
    {
        var refused = Assert.Throws<ImageRejectedException>(() => TestPictures.Decode(file));
        Assert.Equal(ImageRejection.Undecodable, refused.Reason);
    }

    private static byte[] Noise(int side, SKJpegEncoderDownsample sampling)
    {
        using var noise = TestPictures.NoiseRaster(side, side);
        using var pixels = new SKPixmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque), noise.Address);
        using var data = pixels.Encode(new SKJpegEncoderOptions(92, sampling, SKJpegEncoderAlphaOption.Ignore));
        return data!.ToArray();
    }
}
