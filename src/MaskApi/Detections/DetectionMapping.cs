using MaskApi.Contracts;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Detections;

/// <summary>Maps the results of MaskApi.Vision to the contract.</summary>
internal static class DetectionMapping
{
    /// <summary>The contract's name of a picture format.</summary>
    public static string Name(this ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpeg",
        ImageFormat.Png => "png",
        ImageFormat.Webp => "webp",
        ImageFormat.Gif => "gif",
        ImageFormat.Bmp => "bmp",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "This format has no name in the contract."),
    };

    /// <summary>Counts the faces by verdict.</summary>
    public static FaceSummary Summarize(this IReadOnlyList<FaceVerdict> faces, float minConfidence)
    {
        int Count(MaskLabel label) => faces.Count(face => face.Label(minConfidence) == label);
        return new FaceSummary(
            faces.Count,
            Count(MaskLabel.WithMask),
            Count(MaskLabel.WithoutMask),
            Count(MaskLabel.IncorrectlyWorn),
            Count(MaskLabel.Uncertain));
    }

    /// <summary>
    /// Maps one face. Probabilities are not rounded, so a caller's own threshold means the same as the service's. Pixels are rounded to a
    /// tenth and fractions to four digits, which is finer than the detector can see.
    /// </summary>
    public static Face ToFace(this in FaceVerdict verdict, int width, int height, float minConfidence, bool landmarks)
    {
        var box = verdict.Box;
        return new Face
        {
            Label = Verdicts.Of(verdict.Label(minConfidence)).Name,
            Confidence = verdict.Confidence,
            Probabilities = new Probabilities(
                verdict.Probabilities.WithMask, verdict.Probabilities.WithoutMask, verdict.Probabilities.IncorrectlyWorn),
            MaskProbability = verdict.MaskProbability,
            DetectionConfidence = verdict.DetectionConfidence,
            Box = new Box(Pixels(box.X), Pixels(box.Y), Pixels(box.Width), Pixels(box.Height)),
            RelativeBox = new Box(
                Fraction(box.X, width), Fraction(box.Y, height), Fraction(box.Width, width), Fraction(box.Height, height)),
            Landmarks = landmarks && verdict.Landmarks is { } points ? ToLandmarks(points) : null,
        };
    }

    /// <summary>Rounds timings to tenths of a millisecond.</summary>
    public static Timings ToTimings(this StageTimings stages, TimeSpan total) => new(
        Math.Round(stages.DecodeMs, 1),
        Math.Round(stages.DetectMs, 1),
        Math.Round(stages.ClassifyMs, 1),
        Math.Round(total.TotalMilliseconds, 1));

    private static Landmarks ToLandmarks(FaceLandmarks landmarks) => new(
        ToPoint(landmarks.RightEye),
        ToPoint(landmarks.LeftEye),
        ToPoint(landmarks.NoseTip),
        ToPoint(landmarks.Mouth),
        ToPoint(landmarks.RightEarTragion),
        ToPoint(landmarks.LeftEarTragion));

    private static Point ToPoint(PixelPoint point) => new(Pixels(point.X), Pixels(point.Y));

    private static double Pixels(float value) => Math.Round(value, 1);

    private static double Fraction(float value, int side) => Math.Round((double)value / side, 4);
}
