using System.Diagnostics;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision;

/// <summary>
/// Takes one picture all the way: decode, detect, crop, classify. One instance serves any number of threads. Each call runs on its caller's
/// thread and makes passes and classifies faces in parallel if cores are idle.
/// </summary>
public sealed class FacePipeline : IDisposable
{
    /// <summary>
    /// A face of at least this confidence makes the fallback passes unnecessary. Of 93 training portraits rotated in steps of 30°, 0.7 % have
    /// a face too many at 0.95, and 1.1 % at 0.9.
    /// </summary>
    internal const float SureConfidence = 0.95f;

    /// <summary>Two boxes are one face from this intersection over union on.</summary>
    private const float SameFaceOverlap = 0.4f;

    private readonly DecodeLimits _limits;
    private readonly IFaceDetector _detector;
    private readonly MaskClassifier _classifier;

    /// <summary>Assembles a pipeline from its parts, for another detector or classifier than the shipped ones.</summary>
    /// <param name="detector">Finds the faces; owned by the pipeline.</param>
    /// <param name="classifier">Classifies them; owned by the pipeline.</param>
    /// <param name="limits">Bounds on the pictures that are decoded.</param>
    public FacePipeline(IFaceDetector detector, MaskClassifier classifier, DecodeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(limits);
        _limits = limits;
        _detector = detector;
        _classifier = classifier;
    }

    /// <summary>The models in use.</summary>
    public IReadOnlyList<ModelInfo> Models => [.. _detector.Models, _classifier.Model];

    /// <summary>Loads and checks the models.</summary>
    /// <param name="options">Where the models are and how they run; null for the shipped models on the processor.</param>
    /// <exception cref="ModelLoadException">A model is missing, corrupt or not of the expected shape.</exception>
    public static FacePipeline Load(VisionOptions? options = null)
    {
        options ??= new VisionOptions();
        var detector = BlazeFaceDetector.Load(options);
        try
        {
            return new FacePipeline(detector, MaskClassifier.Load(options), options.Decode);
        }
        catch
        {
            detector.Dispose();
            throw;
        }
    }

    /// <summary>Finds and classifies the faces of an image file.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="options">What to look for; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="ImageRejectedException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FaceAnalysis Analyze(
        ReadOnlyMemory<byte> encoded, AnalysisOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var file = ImageFile.Open(encoded, _limits);
        return Analyze(file, options, cancellationToken);
    }

    /// <summary>
    /// Finds and classifies the faces of an image file, with the same results as without a raster, and hands over the pixels for drawing.
    /// </summary>
    /// <param name="encoded">The file.</param>
    /// <param name="options">What to look for; null for the defaults.</param>
    /// <param name="raster">The whole picture, owned by the caller.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="ImageRejectedException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FaceAnalysis Analyze(
        ReadOnlyMemory<byte> encoded, AnalysisOptions? options, out Raster raster, CancellationToken cancellationToken = default)
    {
        using var file = ImageFile.Open(encoded, _limits);
        return Analyze(file, options, out raster, cancellationToken);
    }

    /// <summary>
    /// Finds and classifies the faces of an open image file. A large JPEG is decoded no finer than the models can use, so results may
    /// differ slightly from those on the decoded picture.
    /// </summary>
    /// <param name="file">The file; remains the caller's.</param>
    /// <param name="options">What to look for; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="ImageRejectedException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FaceAnalysis Analyze(ImageFile file, AnalysisOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var picture = new ScaledPicture(file);
        return Analyze(picture, options, cancellationToken);
    }

    /// <summary>
    /// Finds and classifies the faces of an open image file, with the same results as without a raster, and hands over the pixels for
    /// drawing.
    /// </summary>
    /// <param name="file">The file; remains the caller's.</param>
    /// <param name="options">What to look for; null for the defaults.</param>
    /// <param name="raster">The whole picture, owned by the caller.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="ImageRejectedException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FaceAnalysis Analyze(
        ImageFile file, AnalysisOptions? options, out Raster raster, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var picture = new ScaledPicture(file);
        var analysis = Analyze(picture, options, cancellationToken);
        raster = picture.TakeWhole(cancellationToken);
        return analysis with { Timings = analysis.Timings with { DecodeMs = picture.DecodeTime.TotalMilliseconds } };
    }

    /// <summary>Finds and classifies the faces of a decoded picture.</summary>
    /// <param name="picture">The picture; remains the caller's.</param>
    /// <param name="options">What to look for; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FaceAnalysis Analyze(Raster picture, AnalysisOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(picture);
        using var scaled = new ScaledPicture(picture);
        return Analyze(scaled, options, cancellationToken);
    }

    /// <summary>Runs every model once, so the first caller does not wait for first-run work.</summary>
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
    /// Returns memory to the system that recent pictures did not need. Without it, a long-running process keeps what its largest picture
    /// ever took. Costs about as much as a small picture; once a minute is enough.
    /// </summary>
    public void TrimMemory()
    {
        _detector.TrimMemory();
        _classifier.TrimMemory();

        // Sessions shrink on their next run, which may be a long time coming.
        WarmUp();
        PixelMemory.Trim();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _detector.Dispose();
        _classifier.Dispose();
    }

    private FaceAnalysis Analyze(ScaledPicture picture, AnalysisOptions? options, CancellationToken cancellationToken)
    {
        options ??= new AnalysisOptions();
        using var inWork = SharedCores.EnterPicture();
        var header = picture.Header;
        picture.DecodeForDetection(_detector, options.Detail, cancellationToken);

        var detecting = Stopwatch.GetTimestamp();
        var detected = _detector.Detect(picture.Raster, CandidateOptions(options), cancellationToken);
        var faces = Largest(detected.Faces, picture, options);
        var classifying = Stopwatch.GetTimestamp();

        // A face that the detector alone would not report does not justify decoding a large picture again.
        picture.DecodeForClassification(faces.FindAll(face => face.Confidence >= options.DetectionThreshold), cancellationToken);
        var verdicts = Classify(faces, picture, cancellationToken);
        var cost = detected.Cost;
        if (detected.SkippedFallback && NoneIsSure(verdicts))
        {
            // If people are upside down, an upright pass mistakes chins for brows; the classifier knows better.
            var fallback = _detector.DetectWithFallbackPasses(picture.Raster, CandidateOptions(options), cancellationToken);
            verdicts = Merge(verdicts, Classify(Largest(fallback.Faces, picture, options), picture, cancellationToken));
            cost += fallback.Cost;
        }

        var reported = verdicts.FindAll(verdict => verdict.DetectionConfidence >= options.DetectionThreshold);
        var unclassified = detected.Faces.Skip(MaxCandidates(options)).Count(face => face.Confidence >= options.DetectionThreshold);
        var (decodeTime, detectTime) = (picture.DecodeTime, Stopwatch.GetElapsedTime(detecting, classifying));
        return new FaceAnalysis(
            header.Width,
            header.Height,
            header.Format,
            reported.Count > options.MaxFaces ? reported.GetRange(0, options.MaxFaces) : reported,
            new StageTimings(
                decodeTime.TotalMilliseconds,
                detectTime.TotalMilliseconds,
                Stopwatch.GetElapsedTime(classifying).TotalMilliseconds))
        {
            Found = reported.Count + unclassified,
            DetectionCost = cost,
        };
    }

    /// <summary>Classifies faces, on idle cores too.</summary>
    private List<FaceVerdict> Classify(List<DetectedFace> faces, ScaledPicture picture, CancellationToken cancellationToken)
    {
        if (_classifier.TakesBatches)
        {
            return ClassifyTogether(faces, picture, cancellationToken);
        }

        var verdicts = new FaceVerdict[faces.Count];
        SharedCores.For(faces.Count, ClassifyFace, cancellationToken);
        return [.. verdicts];

        void ClassifyFace(int i)
        {
            var face = faces[i];
            using var crop = picture.Crop(face.Box, face.Landmarks?.QuarterTurns ?? 0);
            verdicts[i] = Judge(face, _classifier.Classify(crop));
        }
    }

    /// <summary>Classifies faces in batches, with those of other callers.</summary>
    private List<FaceVerdict> ClassifyTogether(List<DetectedFace> faces, ScaledPicture picture, CancellationToken cancellationToken)
    {
        var crops = new List<FaceCrop>(faces.Count);
        try
        {
            foreach (var face in faces)
            {
                cancellationToken.ThrowIfCancellationRequested();
                crops.Add(picture.Crop(face.Box, face.Landmarks?.QuarterTurns ?? 0));
            }

            return [.. faces.Zip(_classifier.Classify(crops, cancellationToken), Judge)];
        }
        finally
        {
            crops.ForEach(static crop => crop.Dispose());
        }
    }

    private static FaceVerdict Judge(DetectedFace face, CropVerdict verdict)
    {
        var confidence = verdict.FaceLogit is { } logit
            ? FaceRescoring.Rescore(face.Confidence, logit, face.Box)
            : face.Confidence;
        return new FaceVerdict(face.Box, confidence, face.Landmarks, verdict.Probabilities);
    }

    /// <summary>Asks the detector for every face that rescoring may lift over the caller's threshold.</summary>
    private AnalysisOptions CandidateOptions(AnalysisOptions options) => options with
    {
        // Whether a face is sure must not depend on the caller's threshold.
        DetectionThreshold = _classifier.KnowsFaces
            ? FaceRescoring.MinDetectorConfidence(MathF.Min(options.DetectionThreshold, SureConfidence))
            : options.DetectionThreshold,
        MaxFaces = int.MaxValue,
    };

    /// <summary>How many faces are classified: twice as many as asked for, as rescoring rejects some.</summary>
    private int MaxCandidates(AnalysisOptions options) =>
        _classifier.KnowsFaces ? (int)Math.Min(2L * options.MaxFaces, int.MaxValue) : options.MaxFaces;

    /// <summary>The faces to classify, largest first, in pixels of the whole picture.</summary>
    private List<DetectedFace> Largest(IReadOnlyList<DetectedFace> faces, ScaledPicture picture, AnalysisOptions options) =>
        [.. faces.Take(MaxCandidates(options)).Select(picture.ToWhole)];

    private bool NoneIsSure(List<FaceVerdict> verdicts) =>
        _classifier.KnowsFaces && !verdicts.Exists(static verdict => verdict.DetectionConfidence >= SureConfidence);

    /// <summary>Joins two lists of faces, largest first. Of two boxes of one face, the surer stays.</summary>
    private static List<FaceVerdict> Merge(List<FaceVerdict> verdicts, List<FaceVerdict> others)
    {
        var all = new List<FaceVerdict>();
        foreach (var verdict in verdicts.Concat(others).OrderByDescending(static verdict => verdict.DetectionConfidence))
        {
            if (!all.Exists(better => IsSameFace(better.Box, verdict.Box)))
            {
                all.Add(verdict);
            }
        }

        return [.. all.OrderByDescending(static verdict => verdict.Box.Area)];
    }

    /// <summary>
    /// Whether two boxes from differently rotated passes are one face: they overlap, or each holds the other's center. A pass in the wrong
    /// rotation draws its box around another part of the head.
    /// </summary>
    internal static bool IsSameFace(PixelBox a, PixelBox b) =>
        a.IntersectionOverUnion(b) >= SameFaceOverlap || (a.Contains(b.Center) && b.Contains(a.Center));
}
