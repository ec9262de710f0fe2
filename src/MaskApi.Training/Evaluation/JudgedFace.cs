using MaskApi.Training.Data;
using MaskApi.Vision;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Evaluation;

/// <summary>A labelled face with the classifier's probabilities.</summary>
/// <param name="Picture">The picture, with source and tag.</param>
/// <param name="Box">The face's box, in pixels of the upright picture.</param>
/// <param name="Side">Longer side of the annotated face, or of the detected one if there is no annotation, in pixels.</param>
/// <param name="Judged">The true label and the probabilities.</param>
public sealed record JudgedFace(LabelledPicture Picture, PixelBox Box, double Side, JudgedVerdict Judged)
{
    /// <summary>The service's default minimum confidence of a firm verdict.</summary>
    public const double MinConfidence = 0.6;

    /// <summary>The crop of a held-out face, if the picture itself is not available.</summary>
    public LabelledCrop? Cut { get; init; }

    /// <summary>The true label.</summary>
    public FaceLabel Label => Judged.Label;

    /// <summary>Whether the likeliest label is correct.</summary>
    public bool Right => Judged.Right;

    /// <summary>Whether the service would call it uncertain.</summary>
    public bool Uncertain => Judged.Confidence < MinConfidence;

    /// <summary>Combines a detected face with its true label.</summary>
    public static JudgedFace Of(LabelledPicture picture, FaceVerdict found, double side, FaceLabel label) =>
        new(picture, found.Box, side, new JudgedVerdict(Probabilities(found), label));

    /// <summary>A verdict's probabilities, in the order of <see cref="FaceLabel"/>.</summary>
    public static double[] Probabilities(FaceVerdict verdict) =>
        [verdict.Probabilities.WithoutMask, verdict.Probabilities.WithMask, verdict.Probabilities.IncorrectlyWorn];

    /// <summary>The classifier's crop, stretched to a square.</summary>
    /// <param name="side">Side of the square, in pixels.</param>
    /// <param name="cancellationToken">Cancels the decoding.</param>
    public RgbImage Tile(int side, CancellationToken cancellationToken)
    {
        if (Cut is { } cut)
        {
            var image = RgbImage.Decode(cut.Encoded, cancellationToken);
            return Resampler.Resize(image, cut.ServiceRect(cut.Box, image), side, side);
        }

        using var raster = Picture.Decode(cancellationToken);
        using var crop = FaceCropper.Crop(raster, Box);
        var pixels = new RgbImage(crop.Width, crop.Height, crop.Rgb.ToArray());
        return Resampler.Resize(pixels, new SampleRect(0, 0, crop.Width, crop.Height), side, side);
    }
}
