using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision.Tests.Detection;

/// <summary>Another detector is one class.</summary>
public sealed class AnotherDetectorTests
{
    private static readonly PixelBox _face = PixelBox.FromEdges(181, 82, 271, 180);

    [Fact]
    public void The_pipeline_works_with_a_detector_without_key_points()
    {
        using var pipeline = Pipeline(new FixedDetector(_face));
        var analysis = pipeline.Analyze(TestPictures.Read("astronaut.jpg"), new AnalysisOptions(), CancellationToken.None);
        var face = Assert.Single(analysis.Faces);
        Assert.Equal(_face, face.Box);
        Assert.Null(face.Landmarks);
        Assert.Equal(MaskLabel.WithoutMask, face.Label(0.6f));
        Assert.Equal(new DetectionCost(1, 100), analysis.DetectionCost);
        Assert.Equal(["fixed", "mask_classifier"], pipeline.Models.Select(model => model.Name));
    }

    [Fact]
    public void Fallback_passes_run_if_the_classifier_rejects_a_confident_detection()
    {
        // The sky beside the astronaut is not a face.
        var detector = new FixedDetector(new PixelBox(400, 10, 60, 60)) { Fallback = _face };
        using var pipeline = Pipeline(detector);
        var analysis = pipeline.Analyze(TestPictures.Read("astronaut.jpg"), new AnalysisOptions(), CancellationToken.None);
        Assert.Equal(_face, Assert.Single(analysis.Faces).Box);
        Assert.Equal(new DetectionCost(2, 200), analysis.DetectionCost);
    }

    [Fact]
    public void Many_faces_keep_their_order_and_cancellation_reaches_the_caller()
    {
        var boxes = Enumerable.Range(0, 50).Select(i => new PixelBox(181 - (i / 10f), 82, 90, 98)).ToArray();
        using var pipeline = Pipeline(new FixedDetector(boxes));
        var analysis = pipeline.Analyze(TestPictures.Read("astronaut.jpg"), new AnalysisOptions(), CancellationToken.None);
        Assert.Equal(boxes, analysis.Faces.Select(face => face.Box));

        using var canceled = new CancellationTokenSource();
        using var leaving = Pipeline(new FixedDetector(boxes) { OnDetect = canceled.Cancel });
        Assert.ThrowsAny<OperationCanceledException>(
            () => leaving.Analyze(TestPictures.Read("astronaut.jpg"), new AnalysisOptions(), canceled.Token));
    }

    private static FacePipeline Pipeline(IFaceDetector detector) =>
        new(detector, MaskClassifier.Load(new VisionOptions()), new DecodeLimits());

    private sealed class FixedDetector(params PixelBox[] faces) : IFaceDetector
    {
        public PixelBox? Fallback { get; init; }

        public Action OnDetect { get; init; } = static () => { };

        public IReadOnlyList<ModelInfo> Models => [new("fixed", "", "", 0, new Dictionary<string, string>())];

        public float LargestScale(int width, int height, DetectionDetail detail) => 1;

        public DetectionResult Detect(Raster picture, AnalysisOptions options, CancellationToken cancellationToken)
        {
            OnDetect();
            return Result(faces, Fallback is not null);
        }

        public DetectionResult DetectWithFallbackPasses(Raster picture, AnalysisOptions options, CancellationToken cancellationToken) =>
            Result([Fallback!.Value], skippedFallback: false);

        public void TrimMemory()
        {
        }

        public void Dispose()
        {
        }

        private static DetectionResult Result(PixelBox[] boxes, bool skippedFallback) =>
            new([.. boxes.Select(box => new DetectedFace(box, 0.95f, Landmarks: null))], new DetectionCost(1, 100), skippedFallback);
    }
}
