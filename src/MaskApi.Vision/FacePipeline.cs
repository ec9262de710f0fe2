using System.Diagnostics;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision;

/// <summary>
/// The whole way of one picture: decode, detect, crop, classify. One instance serves any number of threads; each call runs on its
/// caller's thread, and judges several faces at once where cores are spare.
/// </summary>
public sealed class FacePipeline : IDisposable
{
    private readonly DecodeLimits _limits;
    private readonly FaceDetector _detector;
    private readonly MaskClassifier _classifier;
    private readonly SpareCores _cores = new(Environment.ProcessorCount);

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

    /// <summary>
    /// Finds and judges the faces of an image file. Of a large JPEG no more is decoded than that can use, so that answers may differ
    /// a little from those on the decoded picture.
    /// </summary>
    /// <param name="encoded">The file.</param>
    /// <param name="options">What to look for.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="ImageRejectedException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FaceAnalysis Analyze(ReadOnlyMemory<byte> encoded, AnalysisOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var core = _cores.Enter();
        var start = Stopwatch.GetTimestamp();
        var header = ImageDecoder.ReadHeader(encoded, _limits);
        var reduction = DecodeReduction.ToDetect(header, options.Detail);
        var picture = ReducedPicture.Decode(encoded, _limits, header, reduction, cancellationToken);
        try
        {
            var decoded = Stopwatch.GetTimestamp();
            var faces = _detector.Detect(picture.Raster, options, out var cost, cancellationToken);
            var found = new DetectedFace[faces.Count];
            for (var i = 0; i < found.Length; i++)
            {
                found[i] = picture.ToWhole(faces[i]);
            }

            var detected = Stopwatch.GetTimestamp();
            var decodeTime = Stopwatch.GetElapsedTime(start, decoded);
            if (DecodeReduction.ToClassify(found, header) is var enough && enough < reduction)
            {
                picture.Dispose();
                picture = ReducedPicture.Decode(encoded, _limits, header, enough, cancellationToken);
                decodeTime += Stopwatch.GetElapsedTime(detected);
            }

            var cutting = Stopwatch.GetTimestamp();
            var verdicts = Judge(found, picture.Crop, cancellationToken);
            var timings = new StageTimings(
                decodeTime.TotalMilliseconds,
                Stopwatch.GetElapsedTime(decoded, detected).TotalMilliseconds,
                Stopwatch.GetElapsedTime(cutting).TotalMilliseconds);
            return new FaceAnalysis(header.Width, header.Height, header.Format, verdicts, timings) { DetectionCost = cost };
        }
        finally
        {
            picture.Dispose();
        }
    }

    /// <summary>Finds and judges the faces of a decoded picture.</summary>
    /// <param name="picture">The picture; stays the caller's.</param>
    /// <param name="options">What to look for.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FaceAnalysis Analyze(Raster picture, AnalysisOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        using var core = _cores.Enter();
        var start = Stopwatch.GetTimestamp();
        var faces = _detector.Detect(picture, options, out var cost, cancellationToken);
        var detected = Stopwatch.GetTimestamp();
        var verdicts = Judge(faces, box => FaceCropper.Crop(picture, box), cancellationToken);
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

    /// <summary>
    /// Gives back to the system the memory that only larger or other pictures than those of late have needed. For a process that runs
    /// for long: without it, memory follows the largest picture ever seen. Takes about as long as a small picture; once a minute is enough.
    /// </summary>
    public void TrimMemory()
    {
        _detector.ShrinkAfterNextRun();
        _classifier.ShrinkAfterNextRun();

        // The next run may be long in coming.
        WarmUp();
        PixelMemory.Trim();
    }

    private FaceVerdict[] Judge(IReadOnlyList<DetectedFace> faces, Func<PixelBox, FaceCrop> cut, CancellationToken cancellationToken)
    {
        var verdicts = new FaceVerdict[faces.Count];
        _cores.Run(verdicts.Length, i =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var crop = cut(faces[i].Box);
            verdicts[i] = new FaceVerdict(faces[i].Box, faces[i].Confidence, faces[i].Landmarks, _classifier.Classify(crop));
        });
        return verdicts;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _detector.Dispose();
        _classifier.Dispose();
    }
}
