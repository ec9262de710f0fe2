using System.Collections.Concurrent;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Training.Data;

/// <summary>How faces are cropped for training.</summary>
public sealed record CropOptions
{
    /// <summary>Minimum detection confidence.</summary>
    public float DetectionThreshold { get; init; } = 0.3f;

    /// <summary>Detection detail.</summary>
    public DetectionDetail Detail { get; init; } = DetectionDetail.High;

    /// <summary>Margin on each side, as a share of the box: the service's 15 % plus room to move the box.</summary>
    public float Margin { get; init; } = 0.4f;

    /// <summary>Maximum longer side of a cached crop, in pixels. 288 leaves 208 for the padded face, close to the network's 224.</summary>
    public int MaxSide { get; init; } = 288;

    /// <summary>JPEG quality of the cache.</summary>
    public int Quality { get; init; } = 94;

    /// <summary>Annotated faces smaller than this are left out, in pixels.</summary>
    public float MinFaceSide { get; init; } = 12;

    /// <summary>
    /// Minimum size of the subject in a picture with one label, as a share of the picture's shorter side. Of 190 smaller detections in a
    /// web-gathered set, nearly all were buttons, hair and background in pictures whose own face was missed.
    /// </summary>
    public float MinSubject { get; init; } = 0.12f;

    /// <summary>Minimum intersection over union of a detected and an annotated box of the same face.</summary>
    public float MatchOverlap { get; init; } = 0.4f;
}

/// <summary>The crops of a data set.</summary>
/// <param name="Crops">In the order of the pictures.</param>
/// <param name="WithoutDetection">Pictures (or annotated faces, as <c>name#face</c>) in which the detector found nothing.</param>
/// <param name="Unreadable">Pictures that cannot be decoded, with the reason.</param>
public sealed record CropResult(
    IReadOnlyList<LabelledCrop> Crops, IReadOnlyList<string> WithoutDetection, IReadOnlyList<string> Unreadable);

/// <summary>Crops labelled faces with the service's own decoder and detector.</summary>
/// <param name="detector">The service's detector; null to use only annotated boxes and whole pictures.</param>
/// <param name="options">How to crop.</param>
public sealed class CropMaker(BlazeFaceDetector? detector, CropOptions options)
{
    /// <summary>Crops every face of the given pictures, on all cores.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="progress">Receives the number of finished pictures; may be null.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public CropResult Cut(IReadOnlyList<LabelledPicture> pictures, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        var crops = new IReadOnlyList<LabelledCrop>[pictures.Count];
        var unreadable = new ConcurrentDictionary<int, string>();
        var done = 0;
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, pictures.Count, parallel, i =>
        {
            try
            {
                crops[i] = Cut(pictures[i], cancellationToken);
            }
            catch (ImageRejectedException e)
            {
                crops[i] = [];
                unreadable[i] = $"{pictures[i].Source}/{pictures[i].Name}: {e.Message}";
            }

            progress?.Report(Interlocked.Increment(ref done));
        });

        var all = crops.SelectMany(c => c).ToArray();
        return new CropResult(
            all,
            [.. all.Where(c => c.Origin != BoxOrigin.Detector).Select(Describe)],
            [.. unreadable.OrderBy(u => u.Key).Select(u => u.Value)]);

        static string Describe(LabelledCrop c) =>
            $"{c.Source}/{c.Picture}{(c.Origin == BoxOrigin.Annotation ? $"#{c.Box.X:0},{c.Box.Y:0}" : string.Empty)}";
    }

    /// <summary>Crops the faces of one picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="ImageRejectedException">The picture cannot be decoded.</exception>
    public IReadOnlyList<LabelledCrop> Cut(LabelledPicture picture, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        using var raster = picture.Decode(cancellationToken);
        var search = new AnalysisOptions { DetectionThreshold = options.DetectionThreshold, Detail = options.Detail, MaxFaces = 1000 };
        var found = detector?.Detect(raster, search, cancellationToken).Faces ?? [];
        var whole = new RgbImage(0, 0);
        ulong? pictureHash = null;

        LabelledCrop Crop(FaceLabel label, PixelBox box, BoxOrigin origin, float confidence)
        {
            if (pictureHash is null)
            {
                whole = RgbImage.From(raster, new PixelRegion(0, 0, raster.Width, raster.Height));
                pictureHash = PerceptualHash.Of(whole, new SampleRect(0, 0, raster.Width, raster.Height));
            }

            return Encode(picture, raster, whole, pictureHash.Value, label, box, origin, confidence);
        }

        if (picture.Label is { } label)
        {
            var minSide = options.MinSubject * Math.Min(raster.Width, raster.Height);
            return Subject(found, minSide) is { } subject
                ? [Crop(label, subject.Box, BoxOrigin.Detector, subject.Confidence)]
                : [Crop(label, new PixelBox(0, 0, raster.Width, raster.Height), BoxOrigin.Picture, 0)];
        }

        var crops = new List<LabelledCrop>();
        foreach (var (face, match) in Match(picture.Faces, found))
        {
            if (face.Ignored || MathF.Max(face.Box.Width, face.Box.Height) < options.MinFaceSide)
            {
                continue;
            }

            crops.Add(match is { } m
                ? Crop(face.Label, m.Box, BoxOrigin.Detector, m.Confidence)
                : Crop(face.Label, face.Box, BoxOrigin.Annotation, 0));
        }

        return crops;
    }

    /// <summary>The subject of a picture with one label: a large face, detected with confidence.</summary>
    internal static DetectedFace? Subject(IReadOnlyList<DetectedFace> found, float minSide)
    {
        var large = found.Where(f => MathF.Max(f.Box.Width, f.Box.Height) >= minSide).ToArray();
        return large.Length == 0 ? null : large.MaxBy(f => f.Confidence * MathF.Sqrt(f.Box.Area));
    }

    /// <summary>Pairs annotated faces with detections, best overlap first, each used once.</summary>
    private List<(AnnotatedFace Face, DetectedFace? Match)> Match(IReadOnlyList<AnnotatedFace> faces, IReadOnlyList<DetectedFace> found)
    {
        var pairs = from f in Enumerable.Range(0, faces.Count)
                    from d in Enumerable.Range(0, found.Count)
                    let overlap = faces[f].Box.IntersectionOverUnion(found[d].Box)
                    where overlap >= options.MatchOverlap
                    orderby overlap descending
                    select (f, d);
        var match = new int?[faces.Count];
        var used = new bool[found.Count];
        foreach (var (f, d) in pairs)
        {
            if (match[f] is null && !used[d])
            {
                (match[f], used[d]) = (d, true);
            }
        }

        return [.. faces.Select((face, i) => (face, match[i] is { } d ? found[d] : (DetectedFace?)null))];
    }

    private LabelledCrop Encode(
        LabelledPicture picture,
        Raster raster,
        RgbImage whole,
        ulong pictureHash,
        FaceLabel label,
        PixelBox box,
        BoxOrigin origin,
        float confidence)
    {
        var left = Math.Clamp((int)MathF.Floor(box.X - (options.Margin * box.Width)), 0, raster.Width - 1);
        var top = Math.Clamp((int)MathF.Floor(box.Y - (options.Margin * box.Height)), 0, raster.Height - 1);
        var right = Math.Clamp((int)MathF.Ceiling(box.Right + (options.Margin * box.Width)), left + 1, raster.Width);
        var bottom = Math.Clamp((int)MathF.Ceiling(box.Bottom + (options.Margin * box.Height)), top + 1, raster.Height);
        var region = new PixelRegion(left, top, right - left, bottom - top);
        var scale = Math.Min(1.0, options.MaxSide / (double)Math.Max(region.Width, region.Height));
        var cut = scale < 1
            ? Resampler.Resize(
                whole,
                new SampleRect(region.X, region.Y, region.Width, region.Height),
                Math.Max(1, (int)Math.Round(region.Width * scale)),
                Math.Max(1, (int)Math.Round(region.Height * scale)))
            : RgbImage.From(raster, region);
        var crop = new LabelledCrop(
            picture.Source, picture.Name, picture.Part, label, origin, confidence, raster.Width, raster.Height, box, region, 0, pictureHash,
            picture.Tag, picture.Series, cut.ToJpeg(options.Quality));
        return crop with { CropHash = PerceptualHash.Of(cut, crop.ServiceRect(box, cut)) };
    }
}
