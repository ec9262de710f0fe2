using System.Diagnostics;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;

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
        using var file = ImageFile.Open(encoded, _limits);
        return Analyze(file, options, cancellationToken);
    }

    /// <summary>Finds and judges the faces of an image file that is already open.</summary>
    /// <param name="file">The file; stays the caller's.</param>
    /// <param name="options">What to look for.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="ImageRejectedException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public FaceAnalysis Analyze(ImageFile file, AnalysisOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(options);
        using var core = _cores.Enter();
        var start = Stopwatch.GetTimestamp();
        var header = file.Header;
        var reduction = DecodeReduction.ToDetect(header, options.Detail);
        var picture = ReducedPicture.Decode(file, reduction, cancellationToken);
        try
        {
            var decoded = Stopwatch.GetTimestamp();
            var candidates = _detector.Detect(picture.Raster, ToFind(options), out var cost, cancellationToken);
            var faces = Largest(candidates, options, out var unjudged);
            var (width, height) = (picture.Raster.Width, picture.Raster.Height);
            var found = new DetectedFace[faces.Count];
            for (var i = 0; i < found.Length; i++)
            {
                found[i] = picture.ToWhole(faces[i]);
            }

            var detected = Stopwatch.GetTimestamp();
            var decodeTime = Stopwatch.GetElapsedTime(start, decoded);

            // What the detector itself would not report is not worth decoding more of a large picture for.
            var credible = Array.FindAll(found, face => face.Confidence >= options.DetectionThreshold);
            if (DecodeReduction.ToClassify(credible, header) is var enough && enough < reduction)
            {
                picture.Dispose();
                picture = ReducedPicture.Decode(file, enough, cancellationToken);
                decodeTime += Stopwatch.GetElapsedTime(detected);
            }

            var cutting = Stopwatch.GetTimestamp();
            var verdicts = Judge(found, picture.Crop, cancellationToken);
            if (IsDenied(verdicts, width, height, options, cost))
            {
                verdicts = RunFallbackPasses(verdicts, picture.Raster, picture.ToWhole, picture.Crop, options, ref cost, cancellationToken);
            }

            var sure = Sure(verdicts, options);
            var timings = new StageTimings(
                decodeTime.TotalMilliseconds,
                Stopwatch.GetElapsedTime(decoded, detected).TotalMilliseconds,
                Stopwatch.GetElapsedTime(cutting).TotalMilliseconds);
            return new FaceAnalysis(header.Width, header.Height, header.Format, Report(sure, options), timings)
            {
                Found = sure.Length + unjudged,
                DetectionCost = cost,
            };
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
        var faces = Largest(_detector.Detect(picture, ToFind(options), out var cost, cancellationToken), options, out var unjudged);
        var detected = Stopwatch.GetTimestamp();
        var verdicts = Judge(faces, Cut, cancellationToken);
        if (IsDenied(verdicts, picture.Width, picture.Height, options, cost))
        {
            verdicts = RunFallbackPasses(verdicts, picture, static face => face, Cut, options, ref cost, cancellationToken);
        }

        var sure = Sure(verdicts, options);
        var timings = new StageTimings(
            0, Stopwatch.GetElapsedTime(start, detected).TotalMilliseconds, Stopwatch.GetElapsedTime(detected).TotalMilliseconds);
        return new FaceAnalysis(picture.Width, picture.Height, picture.Format, Report(sure, options), timings)
        {
            Found = sure.Length + unjudged,
            DetectionCost = cost,
        };

        FaceCrop Cut(PixelBox box) => FaceCropper.Crop(picture, box);
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
        _detector.TrimMemory();
        _classifier.TrimMemory();

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
            var face = faces[i];
            using var crop = cut(face.Box);
            var verdict = _classifier.Classify(crop);
            var confidence = verdict.FaceLogit is { } logit ? FaceRescoring.Rescore(face.Confidence, logit, face.Box) : face.Confidence;
            verdicts[i] = new FaceVerdict(face.Box, confidence, face.Landmarks, verdict.Probabilities);
        });

        return verdicts;
    }

    private static FaceVerdict[] Sure(FaceVerdict[] verdicts, AnalysisOptions options) =>
        Array.FindAll(verdicts, verdict => verdict.DetectionConfidence >= options.DetectionThreshold);

    private static FaceVerdict[] Report(FaceVerdict[] sure, AnalysisOptions options) =>
        sure.Length > options.MaxFaces ? sure[..options.MaxFaces] : sure;

    /// <summary>The faces worth judging: twice as many as are asked for, as the classifier will not confirm some.</summary>
    /// <param name="faces">What the detector reports, largest first.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="unjudged">Of the rest, how many the detector itself is sure of.</param>
    private IReadOnlyList<DetectedFace> Largest(IReadOnlyList<DetectedFace> faces, AnalysisOptions options, out int unjudged)
    {
        var most = _classifier.KnowsFaces ? (int)Math.Min(2L * options.MaxFaces, int.MaxValue) : options.MaxFaces;
        unjudged = faces.Skip(most).Count(face => face.Confidence >= options.DetectionThreshold);
        return faces.Count > most ? [.. faces.Take(most)] : faces;
    }

    // What the classifier may yet confirm. Whether any face is credible must not depend on the caller's threshold.
    private AnalysisOptions ToFind(AnalysisOptions options) => _classifier.KnowsFaces
        ? options with
        {
            DetectionThreshold = FaceRescoring.MinDetectorConfidence(MathF.Min(options.DetectionThreshold, FaceDetector.Credible)),
            MaxFaces = int.MaxValue,
        }
        : options with { MaxFaces = int.MaxValue };

    /// <summary>Whether the detector left passes out because it was sure of a face, and the classifier says that it is none.</summary>
    private bool IsDenied(FaceVerdict[] verdicts, int width, int height, AnalysisOptions options, DetectionCost cost) =>
        _classifier.KnowsFaces
        && !Array.Exists(verdicts, static verdict => verdict.DetectionConfidence >= FaceDetector.Credible)
        && cost.Runs < PassPlan.For(width, height, options.Detail).All.Count();

    /// <summary>Takes the passes that were left out: of people upside down, upright passes see a chin for a brow.</summary>
    private FaceVerdict[] RunFallbackPasses(
        FaceVerdict[] verdicts,
        Raster picture,
        Func<DetectedFace, DetectedFace> toWhole,
        Func<PixelBox, FaceCrop> cut,
        AnalysisOptions options,
        ref DetectionCost cost,
        CancellationToken cancellationToken)
    {
        var faces = _detector.DetectWithFallbackPasses(picture, ToFind(options), out var more, cancellationToken);
        cost = new DetectionCost(cost.Runs + more.Runs, cost.InputPixels + more.InputPixels);
        var others = Judge([.. Largest(faces, options, out _).Select(toWhole)], cut, cancellationToken);
        var all = new List<FaceVerdict>();
        foreach (var verdict in verdicts.Concat(others).OrderByDescending(static verdict => verdict.DetectionConfidence))
        {
            if (!all.Exists(better => better.Box.IntersectionOverUnion(verdict.Box) >= PassFusion.SameFaceFrom))
            {
                all.Add(verdict);
            }
        }

        return [.. all.OrderByDescending(static verdict => verdict.Box.Area)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _detector.Dispose();
        _classifier.Dispose();
    }
}
