using MaskApi.TestPictures;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Vision.Tests.Detection;

public sealed class ScaledPictureTests
{
    public static TheoryData<ExifOrientation, int> Cases =>
        [.. from orientation in Enum.GetValues<ExifOrientation>() from reduction in (int[])[1, 2, 4, 8] select (orientation, reduction)];

    // No side is a multiple of 8, so the origin of a rotated picture depends on the partial blocks at the edges.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Coordinates_of_a_reduced_picture_map_to_the_whole(ExifOrientation orientation, int reduction)
    {
        var file = Orientations.WithOrientation(Spot(605, 403, 81, 242), ImageFormat.Jpeg, orientation);
        using var opened = ImageFile.Open(file, TestPictures.Limits);
        var header = opened.Header;
        using var whole = TestPictures.Decode(file);
        using var reduced = new ScaledPicture(opened);
        reduced.Decode(opened, reduction, CancellationToken.None);
        Assert.Equal(
            ((header.Width + reduction - 1) / reduction, (header.Height + reduction - 1) / reduction),
            (reduced.Raster.Width, reduced.Raster.Height));

        var (expected, found) = (Middle(whole), Middle(reduced.Raster));
        var marks = new FaceLandmarks(found, found, found, found, found, found);
        var face = reduced.ToWhole(new DetectedFace(new PixelBox(found.X - 1, found.Y - 1, 2, 2), 1, marks));

        AssertNear(expected, face.Box.Center);
        var landmarks = Assert.NotNull(face.Landmarks);
        AssertNear(expected, landmarks.RightEye);
        AssertNear(expected, landmarks.LeftEarTragion);
        using var crop = reduced.Crop(new PixelBox(expected.X - 16, expected.Y - 16, 32, 32));
        Assert.InRange(crop.Width, (41 / reduction) - 1, (42 / reduction) + 1);
        var center = (((crop.Height / 2 * crop.Width) + (crop.Width / 2)) * 3) + 1;
        Assert.True(crop.Rgb[center] > 128, "the spot is not in the middle of its crop");
    }

    [Fact]
    public void Only_a_jpeg_is_reduced()
    {
        var large = new ImageHeader(ImageFormat.Jpeg, 4000, 3000, ExifOrientation.TopLeft);
        Assert.Equal(4, DecodeReduction.ToDetect(large, 0.05f));
        Assert.Equal(1, DecodeReduction.ToDetect(large with { Format = ImageFormat.Png }, 0.05f));
        Assert.Equal(1, DecodeReduction.ToDetect(large with { Width = 1700, Height = 1200 }, 0.05f));
        Assert.Equal(8, DecodeReduction.ToDetect(large with { Width = 8000, Height = 6000 }, 0.025f));
    }

    [Theory]
    [InlineData(DetectionDetail.Fast)]
    [InlineData(DetectionDetail.Auto)]
    [InlineData(DetectionDetail.High)]
    public void No_pass_enlarges_a_reduced_picture(DetectionDetail detail)
    {
        foreach (var (width, height) in new[] { (1800, 1300), (4000, 3000), (3000, 4000), (8000, 6000), (20000, 700) })
        {
            var plan = PassPlan.For(width, height, detail);
            var header = new ImageHeader(ImageFormat.Jpeg, width, height, ExifOrientation.TopLeft);
            var reduction = DecodeReduction.ToDetect(header, plan.All.Max(pass => pass.Scale));
            Assert.All(plan.All, pass => Assert.True(
                reduction == 1 || pass.Scale * reduction <= 1, $"{width}×{height}: {reduction}, {pass}"));
        }
    }

    [Fact]
    public void The_smallest_face_limits_the_reduction_for_the_classifier()
    {
        var header = new ImageHeader(ImageFormat.Jpeg, 4000, 3000, ExifOrientation.TopLeft);
        static DetectedFace Face(float side) => new(new PixelBox(1000, 1000, side, side), 1, default);
        Assert.Equal(4, DecodeReduction.ToClassify([Face(700)], header));
        Assert.Equal(2, DecodeReduction.ToClassify([Face(700), Face(300)], header));
        Assert.Equal(1, DecodeReduction.ToClassify([Face(100)], header));
        Assert.Equal(8, DecodeReduction.ToClassify([], header));
    }

    // A face that fills a third of a large photograph, and one that fills a twentieth: the second gets a larger pass.
    [Theory]
    [InlineData(3000, 4000, 1)]
    [InlineData(4000, 3000, 0.15f)]
    public void A_large_file_gives_the_same_result_as_its_raster(int width, int height, float share)
    {
        using var portrait = SKImage.FromEncodedData(TestPictures.Read("astronaut.jpg"));
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.Gray);
            var side = Math.Min(width, height) * share;
            canvas.DrawImage(portrait, SKRect.Create(width * 0.1f, 0, side, side), new SKSamplingOptions(SKCubicResampler.Mitchell));
        }

        using var file = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
        using var pipeline = FacePipeline.Load(new VisionOptions());
        using var raster = TestPictures.Decode(file.ToArray());
        var whole = pipeline.Analyze(raster, new AnalysisOptions(), CancellationToken.None);
        var reduced = pipeline.Analyze(file.ToArray(), new AnalysisOptions(), CancellationToken.None);

        using var opened = ImageFile.Open(file.ToArray(), TestPictures.Limits);
        var drawn = pipeline.Analyze(opened, new AnalysisOptions(), out var canvasRaster, CancellationToken.None);
        using (canvasRaster)
        {
            Assert.Equal((width, height), (canvasRaster.Width, canvasRaster.Height));
            Assert.Equal(reduced.Faces, drawn.Faces);
            Assert.True(raster.Pixels.SequenceEqual(canvasRaster.Pixels), "the pixels to draw on are not the whole picture's");
        }

        Assert.Equal((width, height, ImageFormat.Jpeg), (reduced.Width, reduced.Height, reduced.Format));
        var (expected, actual) = (Assert.Single(whole.Faces), Assert.Single(reduced.Faces));
        Assert.InRange(expected.Box.IntersectionOverUnion(actual.Box), 0.9f, 1);
        Assert.Equal(expected.MaskProbability, actual.MaskProbability, 0.02f);
        Assert.Equal(expected.DetectionConfidence, actual.DetectionConfidence, 0.05f);
    }

    /// <summary>A white 32-pixel spot around a point, on black.</summary>
    private static byte[] Spot(int width, int height, int x, int y)
    {
        using var raster = new Raster(width, height);
        for (var row = 0; row < height; row++)
        {
            for (var column = 0; column < width; column++)
            {
                var level = (byte)(Math.Abs(column - x) <= 16 && Math.Abs(row - y) <= 16 ? byte.MaxValue : 0);
                new[] { level, level, level, byte.MaxValue }.CopyTo(raster.Row(row)[(column * 4)..]);
            }
        }

        return TestPictures.Encode(raster, SKEncodedImageFormat.Jpeg);
    }

    /// <summary>The center of the bright pixels.</summary>
    private static PixelPoint Middle(Raster raster)
    {
        var (x, y, total) = (0.0, 0.0, 0.0);
        for (var row = 0; row < raster.Height; row++)
        {
            for (var column = 0; column < raster.Width; column++)
            {
                // Dark pixels are not quite black, and there are many of them.
                var level = Math.Max(0, raster.Row(row)[column * 4] - 32.0);
                (x, y, total) = (x + ((column + 0.5) * level), y + ((row + 0.5) * level), total + level);
            }
        }

        return new PixelPoint((float)(x / total), (float)(y / total));
    }

    private static void AssertNear(PixelPoint expected, PixelPoint actual)
    {
        Assert.Equal(expected.X, actual.X, 0.5f);
        Assert.Equal(expected.Y, actual.Y, 0.5f);
    }
}
