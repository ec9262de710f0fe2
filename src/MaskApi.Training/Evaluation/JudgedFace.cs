using MaskApi.Training.Data;
using MaskApi.Vision;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Training.Evaluation;

/// <summary>A labelled face and what the classifier says of it.</summary>
/// <param name="Picture">Its picture, source and tag.</param>
/// <param name="Box">The face's box, pixels of the upright picture.</param>
/// <param name="Side">Longer side of the face as drawn (or as found, where nothing is drawn), pixels.</param>
/// <param name="Judged">The truth and the probabilities.</param>
public sealed record JudgedFace(LabelledPicture Picture, PixelBox Box, double Side, JudgedVerdict Judged)
{
    /// <summary>The least confidence of a firm verdict that the service asks for by default.</summary>
    public const double MinConfidence = 0.6;

    /// <summary>A held-back face's cut, where the picture itself is not at hand.</summary>
    public LabelledCrop? Cut { get; init; }

    /// <summary>The truth.</summary>
    public FaceLabel Label => Judged.Label;

    /// <summary>Whether the likeliest label is the right one.</summary>
    public bool Right => Judged.Right;

    /// <summary>Whether the service would call it uncertain.</summary>
    public bool Uncertain => Judged.Confidence < MinConfidence;

    /// <summary>Judges a face that the pipeline found.</summary>
    public static JudgedFace Of(LabelledPicture picture, FaceVerdict found, double side, FaceLabel label) =>
        new(picture, found.Box, side, new JudgedVerdict(Probabilities(found), label));

    /// <summary>A verdict's probabilities by <see cref="FaceLabel"/>'s numbers.</summary>
    public static double[] Probabilities(FaceVerdict verdict) =>
        [verdict.Probabilities.WithoutMask, verdict.Probabilities.WithMask, verdict.Probabilities.IncorrectlyWorn];

    /// <summary>What the classifier saw, as a square of a side.</summary>
    /// <param name="side">Pixels.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    public RgbImage Tile(int side, CancellationToken cancellationToken)
    {
        if (Cut is { } cut)
        {
            var image = RgbImage.Decode(cut.Encoded, cancellationToken);
            return Resampler.Resize(image, cut.ServiceRect(cut.Box, image), side, side);
        }

        using var raster = ImageDecoder.Decode(File.ReadAllBytes(Picture.Path), new DecodeLimits(), cancellationToken);
        using var crop = FaceCropper.Crop(raster, Box);
        return Resampler.Resize(new RgbImage(crop.Width, crop.Height, crop.Rgb.ToArray()), new SampleRect(0, 0, crop.Width, crop.Height), side, side);
    }
}
