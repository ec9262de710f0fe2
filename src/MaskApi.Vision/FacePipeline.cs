using System.Diagnostics;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision;

/// <summary>
/// The whole way of one picture: decode, detect, crop, classify. One instance serves any number of threads;
/// each call runs on its caller's thread.
/// </summary>
public sealed class FacePipeline : IDisposable
{
    private readonly DecodeLimits _limits;
    private readonly FaceDetector _detector;
    private readonly MaskClassifier _classifier;

    private FacePipeline(DecodeLimits limits, FaceDetector detector, MaskClassifier classifier)
    {
        _limits = limits;
        _detector = detector;
        _classifier = classifier;
    }

    /// <summary>The models in use.</summary>
    public IReadOnlyList<ModelInfo> Models => [.. _detector.Models, _classifier.Model];

    /// <summary>Loads and checks the models.</summary>
    /// <param name="options">Where the models are and how they run.</param>
    /// <exception cref="ModelLoadException">A model is missing, corrupt or not of the expected shape.</exception>
    public static FacePipeline Load(VisionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var detector = FaceDetector.Load(options);
        try
        {
            return new FacePipeline(options.Decode, detector, MaskClassifier.Load(options));
        }
        catch
        {
            detector.Dispose();
            throw;
        }
    }

    /// <summary>Finds and judges the faces of an image file.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="options">What to look for.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="ImageRejectedException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FaceAnalysis Analyze(ReadOnlyMemory<byte> encoded, AnalysisOptions options, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var picture = ImageDecoder.Decode(encoded, _limits, cancellationToken);
        var decodeMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var analysis = Analyze(picture, options, cancellationToken);
        return analysis with { Timings = analysis.Timings with { DecodeMs = decodeMs } };
    }

    /// <summary>Finds and judges the faces of a decoded picture.</summary>
    /// <param name="picture">The picture; stays the caller's.</param>
    /// <param name="options">What to look for.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FaceAnalysis Analyze(Raster picture, AnalysisOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var start = Stopwatch.GetTimestamp();
        var faces = _detector.Detect(picture, options, out var cost, cancellationToken);
        var detected = Stopwatch.GetTimestamp();
        var verdicts = new FaceVerdict[faces.Count];
        for (var i = 0; i < verdicts.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var crop = FaceCropper.Crop(picture, faces[i].Box);
            verdicts[i] = new FaceVerdict(faces[i].Box, faces[i].Confidence, faces[i].Landmarks, _classifier.Classify(crop));
        }

        var timings = new StageTimings(
            0, Stopwatch.GetElapsedTime(start, detected).TotalMilliseconds, Stopwatch.GetElapsedTime(detected).TotalMilliseconds);
        return new FaceAnalysis(picture.Width, picture.Height, picture.Format, verdicts, timings) { DetectionCost = cost };
    }

    /// <summary>Runs every model once, so that the first caller does not wait for their first-run work.</summary>
    public void WarmUp()
    {
        const int side = 256;
        using var picture = new Raster(side, side);
        picture.Pixels.Fill(byte.MaxValue);
        _detector.Detect(picture, new AnalysisOptions(), CancellationToken.None);
        using var crop = FaceCropper.Crop(picture, new PixelBox(0, 0, side, side));
        _classifier.Classify(crop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _detector.Dispose();
        _classifier.Dispose();
    }
}
