using MaskApi.TestPictures;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Imaging;

public sealed class DecodingMemoryTests
{
    private const int Width = 64;
    private const int Height = 48;

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, 100, 4)]
    [InlineData(SKEncodedImageFormat.Png, 100, 4)]
    [InlineData(SKEncodedImageFormat.Webp, 80, 4)]
    [InlineData(SKEncodedImageFormat.Webp, 100, 8)] // SkiaSharp takes a quality of 100 as lossless.
    public void Codecs_keep_one_or_two_copies_of_the_picture(SKEncodedImageFormat format, int quality, int bytesPerPixel)
    {
        using var bitmap = new SKBitmap(Width, Height);
        bitmap.Erase(SKColors.Gray);
        using var data = bitmap.Encode(format, quality);
        Assert.Equal(bytesPerPixel, BytesPerPixel(data.ToArray()));
    }

    [Theory]
    [InlineData(8, 0, 4)]
    [InlineData(8, 1, 8)]
    [InlineData(16, 1, 12)]
    public void An_interlaced_png_is_kept_as_stored(byte depth, byte interlace, int bytesPerPixel)
    {
        var file = PngFiles.Create(Width, Height, depth, 6, Enumerable.Repeat(new byte[Width * 4 * depth / 8], Height));
        var header = ImageDecoder.ReadHeader(file, TestPictures.Limits);
        file[28] = interlace;
        Assert.Equal(bytesPerPixel, (float)ImageDecoder.PeakMemory(file, header) / header.Pixels);
    }

    /// <summary>One, two or three 2-byte samples per pixel, in a sequential (C0) or progressive (C2) frame.</summary>
    [Theory]
    [InlineData(0xC0, new byte[] { 0x11, 0x11, 0x11 }, 3, 4)]
    [InlineData(0xC0, new byte[] { 0x11, 0x11, 0x11 }, 1, 10)]
    [InlineData(0xC2, new byte[] { 0x11, 0x11, 0x11 }, 3, 10)]
    [InlineData(0xC2, new byte[] { 0x21, 0x11, 0x11 }, 3, 8)]
    [InlineData(0xC2, new byte[] { 0x22, 0x11, 0x11 }, 3, 7)]
    [InlineData(0xC2, new byte[] { 0x11 }, 1, 6)]
    public void A_multi_scan_jpeg_keeps_its_coefficients(byte frame, byte[] sampling, byte inFirstScan, int bytesPerPixel)
    {
        byte[] components = [.. sampling.SelectMany(static (factors, i) => new byte[] { (byte)i, factors, 0 })];
        byte[] scan = [inFirstScan, .. new byte[(2 * inFirstScan) + 3]];
        byte[] file = JpegFiles.WithSegment([0xFF, 0xD8], 0xDA, scan);
        file = JpegFiles.WithSegment(file, frame, [8, 0, Height, 0, Width, (byte)sampling.Length, .. components]);
        var header = new ImageHeader(ImageFormat.Jpeg, Width, Height, ExifOrientation.TopLeft);
        Assert.Equal(bytesPerPixel, (float)ImageDecoder.PeakMemory(file, header) / header.Pixels);
    }

    [Fact]
    public void Rotating_a_picture_needs_a_second_one()
    {
        using var bitmap = new SKBitmap(Width, Height);
        bitmap.Erase(SKColors.Gray);
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        Assert.Equal(8, BytesPerPixel(Orientations.WithOrientation(data.ToArray(), ImageFormat.Jpeg, ExifOrientation.RightTop)));
    }

    private static float BytesPerPixel(byte[] file)
    {
        var header = ImageDecoder.ReadHeader(file, TestPictures.Limits);
        return (float)ImageDecoder.PeakMemory(file, header) / header.Pixels;
    }
}
