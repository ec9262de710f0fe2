using System.Globalization;
using MaskApi.TestPictures;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Imaging.Formats;

/// <summary>
/// Runs every chunk and segment parser by itself, also on files that the codec would refuse first: none may throw.
/// MASKAPI_FUZZ_COUNT makes a run longer.
/// </summary>
public sealed class ParserFuzzTests
{
    private static readonly Dictionary<string, Action<byte[]>> _parsers = new()
    {
        [nameof(PngText)] = static file => PngText.ExceedsLimit(file),
        ["PNG orientation"] = static file => ExifBlock.OfPng(file),
        ["WebP orientation"] = static file => ExifBlock.OfWebp(file),
        [nameof(JpegStructure.Unsupported)] = static file => JpegStructure.Unsupported(file),
        [nameof(JpegStructure.HasEveryComponent)] = static file => JpegStructure.HasEveryComponent(file),
        [nameof(JpegStructure.CoefficientBytes)] = static file => JpegStructure.CoefficientBytes(file),
        [nameof(JpegProfile)] = static file => JpegProfile.IsSrgb(file),
        [nameof(JpegScans)] = static file => JpegScans.Check(file, out _, CancellationToken.None),
        [nameof(BmpHeader.Unread)] = static file => BmpHeader.Unread(file),
        [nameof(BmpHeader.Alpha)] = static file => BmpHeader.Alpha(file, 32, 16),
        [nameof(DecodingMemory)] = static file =>
        {
            foreach (var format in Enum.GetValues<ImageFormat>())
            {
                DecodingMemory.Peak(file, new ImageHeader(format, 32, 32, ExifOrientation.TopLeft));
            }
        },
    };

    public static TheoryData<string> Parsers => [.. _parsers.Keys];

    [Theory]
    [MemberData(nameof(Parsers))]
    public void A_parser_never_throws(string parser)
    {
        var setting = Environment.GetEnvironmentVariable("MASKAPI_FUZZ_COUNT");
        var count = int.TryParse(setting, CultureInfo.InvariantCulture, out var number) ? number : 1000;
        var sources = Sources();
        for (var seed = 0; seed < count; seed++)
        {
            var file = new StructureMutator(seed).Mutate(sources[seed % sources.Length]);
            var random = new Random(seed);
            if (seed % 3 == 0)
            {
                file = file[..random.Next(file.Length + 1)];
            }

            if (seed % 3 == 1 && file.Length > 0)
            {
                file = (byte[])file.Clone();
                for (var changes = 0; changes < 4; changes++)
                {
                    file[random.Next(Math.Min(file.Length, 200))] = (byte)random.Next(256);
                }
            }

            var thrown = Record.Exception(() => _parsers[parser](file));
            Assert.True(thrown is null, $"{parser}, seed {seed}: {thrown}");
        }
    }

    private static byte[][] Sources()
    {
        using var picture = TestPictures.NoiseRaster(64, 48);
        var jpeg = TestPictures.Encode(picture, SKEncodedImageFormat.Jpeg);
        var png = TestPictures.Encode(picture, SKEncodedImageFormat.Png);
        var webp = TestPictures.Encode(picture, SKEncodedImageFormat.Webp);
        return
        [
            jpeg,
            JpegFiles.WithSegment(jpeg, 0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, .. IccProfiles.All["red and blue swapped by tables"]]),
            TestPictures.Read("quadrants-progressive.jpg"),
            Orientations.WithOrientation(png, ImageFormat.Png, ExifOrientation.RightTop),
            PngFiles.Create(32, 32, 8, 0, Enumerable.Repeat(new byte[32], 32), PngFiles.Text(true, 500), PngFiles.Text(false, 500)),
            Orientations.WithOrientation(webp, ImageFormat.Webp, ExifOrientation.RightTop, prefixed: true),
            BmpFiles.WithAlpha(32, 16, 124, 128, topDown: false),
            BmpFiles.Os2(32, 12, 256),
        ];
    }
}
