using MaskApi.TestPictures;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;

namespace MaskApi.Vision.Tests.Detection.BlazeFace;

public sealed class BlazeFaceDetectorTests : IDisposable
{
    /// <summary>Brow to chin and ear to ear, measured by eye.</summary>
    private static readonly PixelBox _face = PixelBox.FromEdges(181, 82, 271, 180);

    private readonly BlazeFaceDetector _detector = BlazeFaceDetector.Load(new VisionOptions());

    public void Dispose() => _detector.Dispose();

    [Theory]
    [InlineData(DetectionDetail.Fast)]
    [InlineData(DetectionDetail.Auto)]
    [InlineData(DetectionDetail.High)]
    public void The_astronaut_is_found_in_the_right_place(DetectionDetail detail)
    {
        using var picture = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        var face = Assert.Single(Detect(picture, detail: detail));
        Assert.True(face.Box.IntersectionOverUnion(_face) > 0.6f, $"{face.Box}");
        Assert.InRange(face.Confidence, 0.8f, 1);

        // The person's right eye is on the left of the picture.
        var landmarks = Assert.NotNull(face.Landmarks);
        AssertNear(203, 101, landmarks.RightEye);
        AssertNear(246, 103, landmarks.LeftEye);
        AssertNear(224, 126, landmarks.NoseTip);
        AssertNear(222, 146, landmarks.Mouth);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Every_orientation_gives_the_same_box()
    {
        using var upright = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        var expected = Assert.Single(Detect(upright)).Box;
        foreach (var orientation in Enum.GetValues<ExifOrientation>())
        {
            // Stored so that the orientation restores the picture; 6 and 8 are each other's inverse, the rest their own.
            var inverse = orientation switch
            {
                ExifOrientation.RightTop => ExifOrientation.LeftBottom,
                ExifOrientation.LeftBottom => ExifOrientation.RightTop,
                _ => orientation,
            };
            using var stored = OrientationTransform.Apply(upright, inverse);
            var file = Orientations.WithOrientation(
                TestPictures.Encode(stored, SkiaSharp.SKEncodedImageFormat.Jpeg), ImageFormat.Jpeg, orientation);
            using var picture = TestPictures.Decode(file);
            var box = Assert.Single(Detect(picture)).Box;
            Assert.InRange(box.X, expected.X - 2, expected.X + 2);
            Assert.InRange(box.Y, expected.Y - 2, expected.Y + 2);
            Assert.InRange(box.Right, expected.Right - 2, expected.Right + 2);
            Assert.InRange(box.Bottom, expected.Bottom - 2, expected.Bottom + 2);
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_higher_threshold_reports_exactly_the_faces_that_reach_it()
    {
        using var picture = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        var all = Detect(picture, threshold: 0.0005f);
        Assert.True(all.Count > 3, "the picture has no uncertain detections to test with");
        foreach (var threshold in new[] { 0.001f, 0.002f, 0.01f, 0.5f, 0.99f })
        {
            Assert.Equal(all.Where(face => face.Confidence >= threshold), Detect(picture, threshold: threshold));
        }
    }

    [Fact]
    public void Faces_come_largest_first_within_the_picture_and_limited()
    {
        using var picture = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        var all = Detect(picture, threshold: 0.0005f);
        Assert.Equal(all.Select(face => face.Box.Area).OrderDescending(), all.Select(face => face.Box.Area));
        Assert.All(all, face => Assert.Equal(face.Box, face.Box.ClipTo(picture.Width, picture.Height)));
        var two = new AnalysisOptions { DetectionThreshold = 0.0005f, MaxFaces = 2 };
        Assert.Equal(all.Take(2), _detector.Detect(picture, two, CancellationToken.None).Faces);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_blank_picture_has_no_faces()
    {
        using var picture = new Raster(640, 480);
        picture.Pixels.Fill(byte.MaxValue);
        Assert.Empty(Detect(picture, detail: DetectionDetail.High));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Concurrent_calls_give_the_same_result()
    {
        using var picture = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        var expected = Detect(picture, threshold: 0.05f);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 8 };
        Parallel.For(0, 16, options, _ => Assert.Equal(expected, Detect(picture, threshold: 0.05f)));
    }

    [Fact]
    public void A_canceled_call_stops_at_once()
    {
        using var picture = TestPictures.NoiseRaster(64, 64);
        Assert.Throws<OperationCanceledException>(
            () => _detector.Detect(picture, new AnalysisOptions(), new CancellationToken(canceled: true)));
    }

    private static void AssertNear(float x, float y, PixelPoint point)
    {
        Assert.InRange(point.X, x - 6, x + 6);
        Assert.InRange(point.Y, y - 6, y + 6);
    }

    private IReadOnlyList<DetectedFace> Detect(Raster picture, float threshold = 0.5f, DetectionDetail detail = DetectionDetail.Auto) =>
        _detector.Detect(picture, new AnalysisOptions { DetectionThreshold = threshold, Detail = detail }, CancellationToken.None).Faces;
}
