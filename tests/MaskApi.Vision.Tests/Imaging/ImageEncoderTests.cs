using MaskApi.TestPictures;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Imaging;

public sealed class ImageEncoderTests
{
    [Fact]
    public void Png_is_lossless()
    {
        using var picture = TestPictures.NoiseRaster(201, 99);
        using var again = TestPictures.Decode(Encode(picture, OutputFormat.Png));
        Assert.Equal(ImageFormat.Png, again.Format);
        Assert.True(picture.Pixels.SequenceEqual(again.Pixels));
    }

    [Fact]
    public void A_photographs_png_is_hardly_larger_than_the_default_encoders()
    {
        using var picture = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        using var bitmap = new SKBitmap(new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        picture.Pixels.CopyTo(bitmap.GetPixelSpan());
        using var pixels = bitmap.PeekPixels();
        using var usual = pixels.Encode(SKPngEncoderOptions.Default);
        Assert.InRange(Encode(picture, OutputFormat.Png).Length, usual!.Size / 2, usual.Size * 1.15);
    }

    [Theory]
    [InlineData(OutputFormat.Jpeg, ImageFormat.Jpeg)]
    [InlineData(OutputFormat.Webp, ImageFormat.Webp)]
    public void Jpeg_and_webp_show_the_same_picture(OutputFormat output, ImageFormat format)
    {
        using var picture = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        using var again = TestPictures.Decode(Encode(picture, output));
        Assert.Equal((format, picture.Width, picture.Height), (again.Format, again.Width, again.Height));
        var error = 0.0;
        for (var i = 0; i < picture.Pixels.Length; i++)
        {
            error += Math.Pow(picture.Pixels[i] - again.Pixels[i], 2);
        }

        // Above 30 dB, viewers take it for the same photograph.
        Assert.InRange(10 * Math.Log10(255 * 255 / (error / (picture.Width * picture.Height * 3))), 30, 100);
    }

    [Theory]
    [InlineData(OutputFormat.Png)]
    [InlineData(OutputFormat.Jpeg)]
    [InlineData(OutputFormat.Webp)]
    public void Only_pixels_are_written(OutputFormat format)
    {
        using var picture = TestPictures.Decode(
            Orientations.WithOrientation(TestPictures.Read("astronaut.jpg"), ImageFormat.Jpeg, ExifOrientation.RightTop));
        var file = Encode(picture, format);
        Assert.Equal(ExifOrientation.TopLeft, ImageDecoder.ReadHeader(file, TestPictures.Limits).Orientation);
        foreach (var block in new[] { "Exif", "eXIf", "EXIF", "iCCP", "ICCP", "ICC_PROFILE", "XMP ", "tEXt", "iTXt", "tIME", "Photoshop" })
        {
            Assert.Equal(-1, file.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(block)));
        }
    }

    [Fact]
    public void Fast_png_stays_near_the_size_of_the_default()
    {
        using var picture = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        var fast = Encode(picture, OutputFormat.Png).Length;
        var normal = TestPictures.Encode(picture, SKEncodedImageFormat.Png, quality: 100).Length;
        Assert.InRange(fast, 1, normal * 1.25);
    }

    [Fact]
    public void A_picture_too_wide_for_webp_is_an_error_not_an_empty_file()
    {
        using var picture = new Raster(16384, 16);
        Assert.Throws<InvalidOperationException>(() => ImageEncoder.Encode(picture, OutputFormat.Webp));
    }

    [Fact]
    public void A_disposed_file_cannot_be_read()
    {
        using var picture = TestPictures.NoiseRaster(32, 32);
        var file = ImageEncoder.Encode(picture, OutputFormat.Png);
        Assert.Equal(0x89, file.Memory.Span[0]);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Memory.Span[0]);
    }

    private static byte[] Encode(Raster picture, OutputFormat format)
    {
        using var file = ImageEncoder.Encode(picture, format);
        return file.Memory.ToArray();
    }
}
