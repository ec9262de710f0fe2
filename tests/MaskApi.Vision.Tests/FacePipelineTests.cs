using MaskApi.Vision.Imaging;
using SkiaSharp;

namespace MaskApi.Vision.Tests;

public sealed class FacePipelineTests : IDisposable
{
    private readonly FacePipeline _pipeline = FacePipeline.Load(new VisionOptions());

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public void A_bare_face_is_found_and_labelled_without_mask()
    {
        var analysis = Analyze(TestPictures.Read("astronaut.jpg"));
        Assert.Equal((512, 512, ImageFormat.Jpeg), (analysis.Width, analysis.Height, analysis.Format));
        var face = Assert.Single(analysis.Faces);
        Assert.Equal(MaskLabel.WithoutMask, face.Label(0.6f));
        Assert.InRange(face.Box.Center.X, 215, 240);
        Assert.InRange(face.Box.Center.Y, 115, 145);
    }

    [Fact]
    public void A_painted_mask_changes_the_verdict()
    {
        using var picture = TestPictures.Decode(TestPictures.Read("astronaut.jpg"));
        PaintMask(picture);
        var face = Assert.Single(_pipeline.Analyze(picture, new AnalysisOptions(), CancellationToken.None).Faces);
        Assert.Equal(MaskLabel.WithMask, face.Label(0.6f));
    }

    [Fact]
    public void A_file_and_its_raster_give_the_same_result()
    {
        var file = TestPictures.Read("astronaut.jpg");
        using var picture = TestPictures.Decode(file);
        var fromRaster = _pipeline.Analyze(picture, new AnalysisOptions(), CancellationToken.None);
        var fromFile = Analyze(file);
        Assert.Equal(fromRaster.Faces, fromFile.Faces);
        Assert.Equal(0, fromRaster.Timings.DecodeMs);
        Assert.True(fromFile.Timings is { DecodeMs: > 0, DetectMs: > 0, ClassifyMs: > 0 });
    }

    [Fact]
    public void A_picture_without_faces_has_none()
    {
        using var picture = new Raster(300, 200);
        picture.Pixels.Fill(200);
        Assert.Empty(_pipeline.Analyze(picture, new AnalysisOptions(), CancellationToken.None).Faces);
    }

    [Fact]
    public void A_higher_threshold_reports_exactly_the_faces_that_reach_it()
    {
        using var portrait = SKBitmap.Decode(TestPictures.Read("astronaut.jpg"));
        using var bitmap = new SKBitmap(new SKImageInfo(640, 300, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.Gray);
            var (left, side) = (10f, 280f);
            while (side > 10)
            {
                canvas.DrawBitmap(portrait, SKRect.Create(left, 10, side, side), new SKPaint());
                left += side;
                side *= 0.5f;
            }
        }

        using var picture = new Raster(bitmap.Width, bitmap.Height);
        bitmap.GetPixelSpan().CopyTo(picture.Pixels);
        IReadOnlyList<FaceVerdict> At(float threshold, int maxFaces = 100) => _pipeline.Analyze(
            picture, new AnalysisOptions { DetectionThreshold = threshold, MaxFaces = maxFaces }, CancellationToken.None).Faces;
        var all = At(0.02f);
        Assert.True(all.Count > 3, $"{all.Count} faces");
        Assert.Contains(all, face => face.DetectionConfidence < 0.5f);
        foreach (var threshold in new[] { 0.05f, 0.1f, 0.5f, 0.9f })
        {
            Assert.Equal(all.Where(face => face.DetectionConfidence >= threshold), At(threshold));
        }

        Assert.Equal(all.Take(2), At(0.02f, maxFaces: 2));
    }

    [Fact]
    public void The_decode_limits_come_from_the_options()
    {
        using var pipeline = FacePipeline.Load(new VisionOptions { Decode = new DecodeLimits { MaxPixels = 512 * 511 } });
        var refused = Assert.Throws<ImageRejectedException>(
            () => pipeline.Analyze(TestPictures.Read("astronaut.jpg"), new AnalysisOptions(), CancellationToken.None));
        Assert.Equal(ImageRejection.TooManyPixels, refused.Reason);
    }

    [Fact]
    public void Every_model_is_named_with_its_input_size()
    {
        Assert.Equal(
            [("blaze_face_tuned", 192), ("mask_classifier", 160)],
            _pipeline.Models.Select(model => (model.Name, model.InputSize)));
    }

    [Fact]
    public void A_canceled_call_stops() =>
        Assert.Throws<OperationCanceledException>(
            () => _pipeline.Analyze(TestPictures.Read("astronaut.jpg"), new AnalysisOptions(), new CancellationToken(canceled: true)));

    [Fact]
    public void Verdicts_follow_the_probability()
    {
        static FaceVerdict Verdict(float probability) => new(default, 1, default, VerdictProbabilities.OfMask(probability));
        Assert.Equal(MaskLabel.WithMask, Verdict(0.6f).Label(0.6f));
        Assert.Equal(MaskLabel.Uncertain, Verdict(0.59f).Label(0.6f));
        Assert.Equal(MaskLabel.Uncertain, Verdict(0.41f).Label(0.6f));
        Assert.Equal(MaskLabel.WithoutMask, Verdict(0.39f).Label(0.6f));
        Assert.Equal(MaskLabel.WithMask, Verdict(0.5f).Label(0.5f));
        Assert.Equal(0.75f, Verdict(0.25f).Confidence);
    }

    [Theory]
    [InlineData(0.2f, 0.1f, 0.7f, MaskLabel.IncorrectlyWorn)]
    [InlineData(0.7f, 0.1f, 0.2f, MaskLabel.WithMask)]
    [InlineData(0.1f, 0.6f, 0.3f, MaskLabel.WithoutMask)]
    [InlineData(0.25f, 0.25f, 0.5f, MaskLabel.Uncertain)]
    [InlineData(0.4f, 0.25f, 0.35f, MaskLabel.Uncertain)]
    public void The_likeliest_of_three_is_the_verdict(float with, float without, float incorrect, MaskLabel expected)
    {
        var verdict = new FaceVerdict(default, 1, default, new VerdictProbabilities(with, without, incorrect));
        Assert.Equal(expected, verdict.Label(0.6f));
        Assert.Equal(MathF.Max(with, MathF.Max(without, incorrect)), verdict.Confidence);
        Assert.Equal(with, verdict.MaskProbability);
    }

    /// <summary>A light blue surgical mask: from the bridge of the nose to below the chin, rounded, with pleats.</summary>
    private static void PaintMask(Raster picture)
    {
        for (var y = 114; y < 184; y++)
        {
            var half = y < 150 ? 44 - ((150 - y) / 12) : 44 - ((y - 150) * (y - 150) / 40);
            for (var x = 225 - half; x < 225 + half; x++)
            {
                var shade = (y - 114) % 18 < 2 ? 30 : Math.Abs(x - 225) / 3;
                var pixel = picture.Row(y)[(x * 4)..];
                (pixel[0], pixel[1], pixel[2]) = ((byte)(170 - shade), (byte)(205 - shade), (byte)(225 - shade));
            }
        }
    }

    private FaceAnalysis Analyze(byte[] file) => _pipeline.Analyze(file, new AnalysisOptions(), CancellationToken.None);
}
