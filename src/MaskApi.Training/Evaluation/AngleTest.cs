using MaskApi.Training.Data;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;
using SkiaSharp;

namespace MaskApi.Training.Evaluation;

/// <summary>Detection of large faces in rotated pictures.</summary>
/// <param name="Degrees">Rotation, clockwise.</param>
/// <param name="Found">Share of the annotated large faces that are found.</param>
/// <param name="Kept">Share of these, if also found upright, whose likeliest label is the same.</param>
/// <param name="TooMany">Large false or duplicate detections per annotated large face.</param>
public readonly record struct AngleScore(int Degrees, Rate Found, Rate Kept, Rate TooMany);

/// <summary>Rotates pictures in steps of 30 degrees, on a gray canvas, and detects their large faces again.</summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="detail">Detection detail.</param>
public sealed class AngleTest(FacePipeline pipeline, DetectionDetail detail)
{
    /// <summary>Minimum longer side of a large face, in pixels.</summary>
    public const double MinSide = 50;

    private const int Step = 30;

    /// <summary>Runs the test on those pictures of a detection set that have large faces.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public IReadOnlyList<AngleScore> Run(IEnumerable<LabelledPicture> pictures, CancellationToken cancellationToken)
    {
        LabelledPicture[] large = [.. pictures.Where(p => p.Faces.Any(f => !f.Ignored && Side(f.Box) >= MinSide))];
        var upright = new Dictionary<(string Path, int Face), FaceLabel>();
        var scores = new List<AngleScore>();
        for (var degrees = 0; degrees < 360; degrees += Step)
        {
            var (faces, hits, compared, kept, tooMany) = (0, 0, 0, 0, 0);
            foreach (var picture in large)
            {
                using var whole = picture.Decode(cancellationToken);
                var image = RgbImage.From(whole, new PixelRegion(0, 0, whole.Width, whole.Height));
                var rotated = Rotate(image, degrees);
                using var raster = rotated.ToRaster();
                var options = new AnalysisOptions { DetectionThreshold = DetectionScore.Threshold, Detail = detail, MaxFaces = 1000 };
                var used = new bool[picture.Faces.Count];
                var found = pipeline.Analyze(raster, options, cancellationToken).Faces;
                foreach (var face in found.OrderByDescending(f => f.DetectionConfidence))
                {
                    var box = RotateBack(face.Box, (rotated.Width, rotated.Height), (image.Width, image.Height), degrees);
                    int[] overlapping =
                    [
                        .. Enumerable.Range(0, used.Length)
                            .Where(i => picture.Faces[i].Box.IntersectionOverUnion(box) >= DetectionScore.LooseOverlap),
                    ];
                    int[] free = [.. overlapping.Where(i => !used[i] && !picture.Faces[i].Ignored)];
                    if (free.Length == 0)
                    {
                        tooMany += Side(box) >= MinSide && !overlapping.Any(i => picture.Faces[i].Ignored) ? 1 : 0;
                        continue;
                    }

                    var at = free.MaxBy(i => picture.Faces[i].Box.IntersectionOverUnion(box));
                    used[at] = true;
                    if (Side(picture.Faces[at].Box) < MinSide)
                    {
                        continue;
                    }

                    hits++;
                    var verdict = new JudgedVerdict(JudgedFace.Probabilities(face), default).Verdict;
                    if (degrees == 0)
                    {
                        upright[(picture.Path, at)] = verdict;
                    }

                    if (upright.TryGetValue((picture.Path, at), out var before))
                    {
                        compared++;
                        kept += before == verdict ? 1 : 0;
                    }
                }

                faces += picture.Faces.Count(f => !f.Ignored && Side(f.Box) >= MinSide);
            }

            if (faces > 0)
            {
                scores.Add(new AngleScore(
                    degrees, new Rate(hits, faces), new Rate(kept, compared), new Rate(Math.Min(tooMany, faces), faces)));
            }
        }

        return scores;
    }

    /// <summary>Rotates a picture about its center. The canvas grows, and its new corners are gray.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="degrees">Rotation, clockwise.</param>
    internal static RgbImage Rotate(RgbImage image, int degrees)
    {
        if (degrees == 0)
        {
            return image;
        }

        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        var width = (int)Math.Round((image.Width * Math.Abs(cos)) + (image.Height * Math.Abs(sin)));
        var height = (int)Math.Round((image.Width * Math.Abs(sin)) + (image.Height * Math.Abs(cos)));
        using var source = image.ToBitmap();
        using var picture = SKImage.FromBitmap(source);
        using var target = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(target);
        canvas.Clear(SKColors.Gray);
        canvas.Translate(width / 2f, height / 2f);
        canvas.RotateDegrees(degrees);
        canvas.DrawImage(picture, -image.Width / 2f, -image.Height / 2f, new SKSamplingOptions(SKFilterMode.Linear));
        canvas.Flush();
        var rgba = target.GetPixelSpan();
        var result = new RgbImage(width, height);
        for (int i = 0, o = 0; o < result.Pixels.Length; i += 4, o += 3)
        {
            rgba.Slice(i, 3).CopyTo(result.Pixels.AsSpan(o));
        }

        return result;
    }

    /// <summary>Maps a box of the rotated picture into the upright one. Width and height swap if it lies on its side.</summary>
    internal static PixelBox RotateBack(PixelBox box, (int Width, int Height) rotated, (int Width, int Height) upright, int degrees)
    {
        var (sin, cos) = Math.SinCos(-degrees * Math.PI / 180);
        var (x, y) = (box.X + (box.Width / 2) - (rotated.Width / 2.0), box.Y + (box.Height / 2) - (rotated.Height / 2.0));
        var (centerX, centerY) = ((x * cos) - (y * sin) + (upright.Width / 2.0), (x * sin) + (y * cos) + (upright.Height / 2.0));
        var (width, height) = Math.Abs(sin) > Math.Abs(cos) ? (box.Height, box.Width) : (box.Width, box.Height);
        return new PixelBox((float)(centerX - (width / 2)), (float)(centerY - (height / 2)), width, height);
    }

    private static double Side(PixelBox box) => Math.Max(box.Width, box.Height);
}
