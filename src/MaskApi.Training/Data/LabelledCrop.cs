using MaskApi.Vision.Classification;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Data;

/// <summary>Label of a face.</summary>
public enum FaceLabel
{
    /// <summary>No mask.</summary>
    WithoutMask,

    /// <summary>A mask that covers mouth and nose.</summary>
    WithMask,

    /// <summary>A mask that leaves nose or mouth bare: below the nose, on the chin, from one ear, over the eyes.</summary>
    IncorrectMask,
}

/// <summary>Origin of a face's box.</summary>
public enum BoxOrigin
{
    /// <summary>Found by the detector, as in the service.</summary>
    Detector,

    /// <summary>Drawn by annotators; the detector found no face there.</summary>
    Annotation,

    /// <summary>The whole picture, because the detector found no face in it.</summary>
    Picture,
}

/// <summary>
/// One labelled face, cropped with a margin wide enough to move and scale the box during augmentation.
/// </summary>
/// <param name="Source">Name of the data set.</param>
/// <param name="Picture">File name of the picture in it.</param>
/// <param name="Part">The data set's own partition, such as <c>fit</c>; empty if none.</param>
/// <param name="Label">The annotators' label.</param>
/// <param name="Origin">Origin of the box.</param>
/// <param name="Confidence">The detector's confidence; 0 if it found nothing.</param>
/// <param name="PictureWidth">Width of the picture, in pixels.</param>
/// <param name="PictureHeight">Height of the picture, in pixels.</param>
/// <param name="Box">The face's box, in pixels of the picture.</param>
/// <param name="Region">The cropped region, in pixels of the picture.</param>
/// <param name="CropHash">Perceptual hash of the face crop.</param>
/// <param name="PictureHash">Perceptual hash of the whole picture.</param>
/// <param name="Tag">The data set's tag of the face, such as <c>beard</c>; empty if none.</param>
/// <param name="Series">Series of photographs, kept on one side of every split; empty if none.</param>
/// <param name="Encoded">The crop as a JPEG, possibly scaled down.</param>
public sealed record LabelledCrop(
    string Source,
    string Picture,
    string Part,
    FaceLabel Label,
    BoxOrigin Origin,
    float Confidence,
    int PictureWidth,
    int PictureHeight,
    PixelBox Box,
    PixelRegion Region,
    ulong CropHash,
    ulong PictureHash,
    string Tag,
    string Series,
    ReadOnlyMemory<byte> Encoded)
{
    /// <summary>Longer side of the face, in pixels of the picture.</summary>
    public float FaceSide => MathF.Max(Box.Width, Box.Height);

    /// <summary>True for a mask, however it is worn.</summary>
    public bool Masked => Label != FaceLabel.WithoutMask;

    /// <summary>The face's box, in pixels of the decoded crop.</summary>
    /// <param name="image">The decoded <see cref="Encoded"/>.</param>
    public PixelBox Within(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (sx, sy) = (image.Width / (float)Region.Width, image.Height / (float)Region.Height);
        return new PixelBox((Box.X - Region.X) * sx, (Box.Y - Region.Y) * sy, Box.Width * sx, Box.Height * sy);
    }

    /// <summary>
    /// The rectangle that the service would crop for a box (15 % padding, clipped to the picture), in pixels of the decoded crop.
    /// </summary>
    /// <param name="box">The face's own box or a jittered one, in pixels of the picture.</param>
    /// <param name="image">The decoded <see cref="Encoded"/>.</param>
    public SampleRect ServiceRect(PixelBox box, RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var region = FaceCropper.Region(box, PictureWidth, PictureHeight);
        var (sx, sy) = (image.Width / (double)Region.Width, image.Height / (double)Region.Height);
        return new SampleRect((region.X - Region.X) * sx, (region.Y - Region.Y) * sy, region.Width * sx, region.Height * sy);
    }
}
