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

/// <summary>Cuts out what the detector takes for faces, and has the classifier look at it.</summary>
/// <param name="detector">The detector; stays the caller's.</param>
/// <param name="classifier">The bytes of a classifier that shows its features.</param>
internal sealed class FaceCandidateSource(BlazeFaceDetector detector, byte[] classifier) : IDisposable
{
    /// <summary>Most candidates of a picture without people: hundreds of coins would count for more than everything else.</summary>
    private const int MaxFalseFaces = 40;

    /// <summary>What the detector is less sure of is not cut out.</summary>
    private const float MinConfidence = 0.05f;

    /// <summary>From this confidence on, what the detector finds in a portrait counts as a face.</summary>
    private const float SureOfPortrait = 0.9f;

    private const float SameFrom = 0.5f;
    private const float ApartBelow = 0.1f;

    private readonly InferenceSession _session = SingleThreadSession.Open(classifier);

    /// <summary>Cuts pictures.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="kind">What is known of them.</param>
    /// <param name="progress">Told of each finished picture.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>
    /// The candidates, in the pictures' order, each as it is, mirrored, and turned. What is neither clearly a face nor clearly none is left out.
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
                // One picture that cannot be read is no reason to fit nothing.
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
        using var picture = ImageDecoder.Decode(File.ReadAllBytes(source.Path), new DecodeLimits(), cancellationToken);
        if (kind != CandidateKind.WithoutPeople)
        {
            return Cut(picture, source, kind, cancellationToken);
        }

        // What passes for a face is another thing at half the size, and there are never enough pictures.
        var whole = RgbImage.From(picture, new PixelRegion(0, 0, picture.Width, picture.Height));
        using var half = Resampler
            .Resize(whole, new SampleRect(0, 0, whole.Width, whole.Height), Math.Max(1, whole.Width / 2), Math.Max(1, whole.Height / 2)).ToRaster();
        return [.. Cut(picture, source, kind, cancellationToken), .. Cut(half, source, kind, cancellationToken)];
    }

    private List<FaceCandidateCrop> Cut(Raster picture, LabelledPicture source, CandidateKind kind, CancellationToken cancellationToken)
    {
        var candidates = new List<FaceCandidateCrop>();
        var options = new AnalysisOptions
        {
            Detail = kind == CandidateKind.Portrait ? DetectionDetail.Auto : DetectionDetail.High,
            DetectionThreshold = kind == CandidateKind.Portrait ? SureOfPortrait : MinConfidence,
            MaxFaces = 1000,
        };
        var faces = detector.Detect(picture, options, cancellationToken).Faces.OrderByDescending(face => face.Confidence);
        foreach (var (i, face) in (kind == CandidateKind.WithoutPeople ? faces.Take(MaxFalseFaces) : faces).Index())
        {
            if (IsFace(face, source, kind) is not { } isFace)
            {
                continue;
            }

            using var crop = FaceCropper.Crop(picture, face.Box);
            foreach (var view in (ReadOnlySpan<View>)[View.Plain, View.Mirrored, View.QuarterTurn + (i % 3)])
            {
                candidates.Add(new FaceCandidateCrop(
                    source.FullName, Features(crop, view), face.Box, face.Confidence, isFace, kind, IsAltered: view != View.Plain));
            }
        }

        return candidates;
    }

    // Null where it cannot be said: beside a drawn face, or where the detector is sure of a face that nobody drew.
    private static bool? IsFace(DetectedFace face, LabelledPicture source, CandidateKind kind)
    {
        if (kind != CandidateKind.Drawn)
        {
            return kind == CandidateKind.Portrait;
        }

        if (source.Faces.Any(drawn => drawn.Ignored && drawn.Box.IntersectionOverUnion(face.Box) >= ApartBelow))
        {
            return null;
        }

        var overlap = source.Faces.Where(drawn => !drawn.Ignored).Select(drawn => drawn.Box.IntersectionOverUnion(face.Box)).DefaultIfEmpty().Max();
        return overlap >= SameFrom ? true : overlap < ApartBelow && face.Confidence < 0.5f ? false : null;
    }

    private float[] Features(FaceCrop crop, View view)
    {
        var (width, height) = view is View.QuarterTurn or View.ThreeQuarterTurn ? (crop.Height, crop.Width) : (crop.Width, crop.Height);
        var pixels = new byte[crop.Rgb.Length];
        for (var i = 0; i < pixels.Length; i += 3)
        {
            var (x, y) = (i / 3 % width, i / 3 / width);
            var (fromX, fromY) = view switch
            {
                View.Mirrored => (width - 1 - x, y),
                View.QuarterTurn => (y, width - 1 - x),
                View.HalfTurn => (width - 1 - x, height - 1 - y),
                View.ThreeQuarterTurn => (height - 1 - y, x),
                _ => (x, y),
            };
            crop.Rgb.Slice(((fromY * crop.Width) + fromX) * 3, 3).CopyTo(pixels.AsSpan(i));
        }

        using var outputs = _session.Run(
            [NamedOnnxValue.CreateFromTensor("crops", new DenseTensor<byte>(pixels, [1, height, width, 3]))], [FaceHead.FeaturesName]);
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
