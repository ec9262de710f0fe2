using MaskApi.Onnx.MobileNetV2;
using MaskApi.Training.Fitting;
using MaskApi.Training.Network;
using MaskApi.Vision;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Training.Data;

/// <summary>Crops the detector's candidates and computes the classifier's features of each.</summary>
/// <param name="detector">The detector; remains owned by the caller.</param>
/// <param name="classifier">The bytes of a classifier whose features are an output.</param>
internal sealed class FaceCandidateSource(BlazeFaceDetector detector, byte[] classifier) : IDisposable
{
    /// <summary>Maximum candidates per picture without people, so that hundreds of coins do not outweigh everything else.</summary>
    private const int MaxFalseFaces = 40;

    /// <summary>Minimum confidence of a candidate.</summary>
    private const float MinConfidence = 0.05f;

    /// <summary>Minimum confidence from which a detection in a portrait counts as a face.</summary>
    private const float MinPortraitConfidence = 0.9f;

    private const float MinSameFaceOverlap = 0.5f;
    private const float MaxOtherFaceOverlap = 0.1f;

    private readonly InferenceSession _session = SingleThreadSession.Open(classifier);

    /// <summary>Crops the candidates of pictures.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="kind">What is known about the pictures.</param>
    /// <param name="progress">Receives the number of finished pictures.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>
    /// The candidates in the pictures' order, each plain, mirrored and rotated. Candidates that are neither clearly a face nor clearly none
    /// are left out.
    /// </returns>
    public IReadOnlyList<FaceCandidateCrop> Cut(
        IReadOnlyList<LabelledPicture> pictures, CandidateKind kind, IProgress<int> progress, CancellationToken cancellationToken)
    {
        var found = new List<FaceCandidateCrop>[pictures.Count];
        var done = 0;
        Parallel.For(0, pictures.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            try
            {
                found[i] = Cut(pictures[i], kind, cancellationToken);
            }
            catch (ImageRejectedException)
            {
                // One unreadable picture should not stop the fit.
                found[i] = [];
            }

            progress.Report(Interlocked.Increment(ref done));
        });
        return [.. found.SelectMany(candidates => candidates)];
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private List<FaceCandidateCrop> Cut(LabelledPicture source, CandidateKind kind, CancellationToken cancellationToken)
    {
        using var picture = source.Decode(cancellationToken);
        if (kind != CandidateKind.WithoutPeople)
        {
            return Cut(picture, source, kind, cancellationToken);
        }

        // At half the size other things resemble faces, and there are never enough pictures.
        var whole = RgbImage.From(picture, new PixelRegion(0, 0, picture.Width, picture.Height));
        var (width, height) = (Math.Max(1, whole.Width / 2), Math.Max(1, whole.Height / 2));
        using var half = Resampler.Resize(whole, new SampleRect(0, 0, whole.Width, whole.Height), width, height).ToRaster();
        return [.. Cut(picture, source, kind, cancellationToken), .. Cut(half, source, kind, cancellationToken)];
    }

    private List<FaceCandidateCrop> Cut(Raster picture, LabelledPicture source, CandidateKind kind, CancellationToken cancellationToken)
    {
        var candidates = new List<FaceCandidateCrop>();
        var options = new AnalysisOptions
        {
            Detail = kind == CandidateKind.Portrait ? DetectionDetail.Auto : DetectionDetail.High,
            DetectionThreshold = kind == CandidateKind.Portrait ? MinPortraitConfidence : MinConfidence,
            MaxFaces = 1000,
        };
        var faces = detector.Detect(picture, options, cancellationToken).Faces.OrderByDescending(face => face.Confidence);
        foreach (var (i, face) in (kind == CandidateKind.WithoutPeople ? faces.Take(MaxFalseFaces) : faces).Index())
        {
            if (IsFace(face, source, kind) is not { } isFace)
            {
                continue;
            }

            foreach (var view in (ReadOnlySpan<View>)[View.Plain, View.Mirrored, View.QuarterTurn + (i % 3)])
            {
                using var crop = FaceCropper.Crop(picture, face.Box, quarterTurns: view switch
                {
                    View.QuarterTurn => 3,
                    View.HalfTurn => 2,
                    View.ThreeQuarterTurn => 1,
                    _ => 0,
                });
                candidates.Add(new FaceCandidateCrop(
                    source.FullName,
                    Features(crop, view == View.Mirrored),
                    face.Box,
                    face.Confidence,
                    isFace,
                    kind,
                    IsAltered: view != View.Plain));
            }
        }

        return candidates;
    }

    // Null if unclear: near an annotated face, or a confident detection without an annotation.
    private static bool? IsFace(DetectedFace face, LabelledPicture source, CandidateKind kind)
    {
        if (kind != CandidateKind.Drawn)
        {
            return kind == CandidateKind.Portrait;
        }

        if (source.Faces.Any(drawn => drawn.Ignored && drawn.Box.IntersectionOverUnion(face.Box) >= MaxOtherFaceOverlap))
        {
            return null;
        }

        var overlap = source.Faces.Where(drawn => !drawn.Ignored)
            .Select(drawn => drawn.Box.IntersectionOverUnion(face.Box)).DefaultIfEmpty().Max();
        return overlap >= MinSameFaceOverlap ? true : overlap < MaxOtherFaceOverlap && face.Confidence < 0.5f ? false : null;
    }

    private float[] Features(FaceCrop crop, bool mirrored)
    {
        var pixels = crop.Rgb.ToArray();
        for (var i = 0; mirrored && i < pixels.Length; i += 3)
        {
            var (x, y) = (i / 3 % crop.Width, i / 3 / crop.Width);
            crop.Rgb.Slice(((y * crop.Width) + crop.Width - 1 - x) * 3, 3).CopyTo(pixels.AsSpan(i));
        }

        var input = new DenseTensor<byte>(pixels, [1, crop.Height, crop.Width, 3]);
        using var outputs = _session.Run([NamedOnnxValue.CreateFromTensor("crops", input)], [FaceHead.FeaturesName]);
        return [.. outputs[0].AsEnumerable<float>()];
    }

    private enum View
    {
        Plain,
        Mirrored,
        QuarterTurn,
        HalfTurn,
        ThreeQuarterTurn,
    }
}
