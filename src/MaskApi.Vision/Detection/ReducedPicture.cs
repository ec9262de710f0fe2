using MaskApi.Vision.Classification;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Detection;

/// <summary>
/// A picture that was decoded at a whole fraction of its size. JPEG decoders give 1/2, 1/4 and 1/8 for less than the whole: their
/// 8×8 blocks are transformed at that size, so that each pixel is the mean of those it stands for.
/// </summary>
internal sealed class ReducedPicture : IDisposable
{
    private readonly ImageHeader _header;
    private readonly int _reduction;
    private readonly float _left;
    private readonly float _top;

    private ReducedPicture(Raster raster, ImageHeader header, int reduction)
    {
        (Raster, _header, _reduction) = (raster, header, reduction);

        // Where sides are no multiples, the last stored pixel stands for what lies beyond; turned upright, it may be the first.
        var (mirrored, upsideDown) = OrientationTransform.Flips(header.Orientation);
        _left = mirrored ? (raster.Width * reduction) - header.Width : 0;
        _top = upsideDown ? (raster.Height * reduction) - header.Height : 0;
    }

    /// <summary>The pixels.</summary>
    internal Raster Raster { get; }

    /// <summary>Decodes a file at a fraction of its size.</summary>
    /// <param name="file">The file.</param>
    /// <param name="reduction">1, 2, 4 or 8; only a JPEG can be decoded at any but 1.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="ImageRejectedException">The file cannot be read.</exception>
    internal static ReducedPicture Decode(ImageFile file, int reduction, CancellationToken cancellationToken) =>
        new(file.Decode(reduction, cancellationToken), file.Header, reduction);

    /// <summary>A face, from pixels of <see cref="Raster"/> to pixels of the whole picture.</summary>
    internal DetectedFace ToWhole(DetectedFace face)
    {
        if (_reduction == 1)
        {
            return face;
        }

        var marks = face.Landmarks;
        return new DetectedFace(
            PixelBox.FromEdges(ToWhole(face.Box.X, _left), ToWhole(face.Box.Y, _top), ToWhole(face.Box.Right, _left), ToWhole(face.Box.Bottom, _top))
                .ClipTo(_header.Width, _header.Height),
            face.Confidence,
            new FaceLandmarks(
                ToWhole(marks.RightEye),
                ToWhole(marks.LeftEye),
                ToWhole(marks.NoseTip),
                ToWhole(marks.Mouth),
                ToWhole(marks.RightEarTragion),
                ToWhole(marks.LeftEarTragion)));
    }

    /// <summary>Cuts out a face.</summary>
    /// <param name="face">The face's box, in pixels of the whole picture.</param>
    /// <returns>The crop, owned by the caller.</returns>
    internal FaceCrop Crop(PixelBox face) => FaceCropper.Crop(
        Raster,
        _reduction == 1
            ? face
            : new PixelBox((face.X + _left) / _reduction, (face.Y + _top) / _reduction, face.Width / _reduction, face.Height / _reduction));

    /// <inheritdoc/>
    public void Dispose() => Raster.Dispose();

    private float ToWhole(float value, float offset) => (value * _reduction) - offset;

    private PixelPoint ToWhole(PixelPoint point) => new(ToWhole(point.X, _left), ToWhole(point.Y, _top));
}
