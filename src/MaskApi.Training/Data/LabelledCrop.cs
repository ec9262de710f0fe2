using MaskApi.Vision.Classification;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Data;

/// <summary>What is labelled about a face.</summary>
public enum FaceLabel
{
    /// <summary>No mask.</summary>
    WithoutMask,

    /// <summary>A mask over mouth and nose.</summary>
    WithMask,

    /// <summary>A mask that leaves the nose or the mouth free: under the nose, on the chin, from one ear, over the eyes.</summary>
    IncorrectMask,
}

/// <summary>How a face's box came about.</summary>
public enum BoxOrigin
{
    /// <summary>The detector's, as in service.</summary>
    Detector,

    /// <summary>Drawn by people; the detector found no face there.</summary>
    Annotation,

    /// <summary>The whole picture, because the detector found no face in it.</summary>
    Picture,
}

/// <summary>
/// One labelled face, cut out of its picture with a margin wide enough to move and scale the box while augmenting.
/// </summary>
/// <param name="Source">Name of the data set.</param>
/// <param name="Picture">File name of the picture in it.</param>
/// <param name="Part">The data set's own division, such as <c>fit</c>; empty where it has none.</param>
/// <param name="Label">What people say about the face.</param>
/// <param name="Origin">Where the box is from.</param>
/// <param name="Confidence">Of the detector; 0 where it found nothing.</param>
/// <param name="PictureWidth">Pixels.</param>
/// <param name="PictureHeight">Pixels.</param>
/// <param name="Box">The face, in pixels of the picture.</param>
/// <param name="Region">What was cut out, in pixels of the picture.</param>
/// <param name="CropHash">Perceptual hash of the face crop.</param>
/// <param name="PictureHash">Perceptual hash of the whole picture.</param>
/// <param name="Tag">What the data set says of the face besides its label, such as <c>beard</c>; empty where it says nothing.</param>
/// <param name="Series">Series of photographs that stays on one side of every split; empty where there is none.</param>
/// <param name="Encoded">The cut as a JPEG, possibly scaled down.</param>
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
    /// <summary>Longer side of the face in its picture, pixels.</summary>
    public float FaceSide => MathF.Max(Box.Width, Box.Height);

    /// <summary>True for a mask, however it is worn.</summary>
    public bool Masked => Label != FaceLabel.WithoutMask;

    /// <summary>The face, in pixels of the decoded cut.</summary>
    /// <param name="image">The decoded <see cref="Encoded"/>.</param>
    public PixelBox Within(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (sx, sy) = (image.Width / (float)Region.Width, image.Height / (float)Region.Height);
        return new PixelBox((Box.X - Region.X) * sx, (Box.Y - Region.Y) * sy, Box.Width * sx, Box.Height * sy);
    }

    /// <summary>
    /// The rectangle that the service would cut for a box (15 % padding, clipped to the picture), in pixels of the decoded cut.
    /// </summary>
    /// <param name="box">In pixels of the picture: the face's own box, or a jittered one.</param>
    /// <param name="image">The decoded <see cref="Encoded"/>.</param>
    public SampleRect ServiceRect(PixelBox box, RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var region = FaceCropper.Region(box, PictureWidth, PictureHeight);
        var (sx, sy) = (image.Width / (double)Region.Width, image.Height / (double)Region.Height);
        return new SampleRect((region.X - Region.X) * sx, (region.Y - Region.Y) * sy, region.Width * sx, region.Height * sy);
    }
}
