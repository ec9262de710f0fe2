using System.Diagnostics;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Geometry;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Detection;

/// <summary>
/// A picture at the scale that the current step needs. A large JPEG is decoded at 1/2, 1/4 or 1/8 of its size, which costs less: the
/// decoder transforms its 8×8 blocks at that size, so each pixel is the mean of those it replaces. Any other picture is whole.
/// </summary>
internal sealed class ScaledPicture : IDisposable
{
    private readonly ImageFile? _file;
    private Raster? _raster;
    private int _reduction = 1;
    private float _left;
    private float _top;

    /// <summary>A picture in a file, not decoded yet.</summary>
    /// <param name="file">The file; stays the caller's.</param>
    internal ScaledPicture(ImageFile file)
    {
        _file = file;
        Header = file.Header;
    }

    /// <summary>A picture that is already decoded.</summary>
    /// <param name="raster">The pixels; stay the caller's.</param>
    internal ScaledPicture(Raster raster)
    {
        _raster = raster;
        Header = ImageHeader.Of(raster);
    }

    /// <summary>The header of the whole picture.</summary>
    internal ImageHeader Header { get; }

    /// <summary>The pixels, at the current scale.</summary>
    internal Raster Raster => _raster ?? throw new InvalidOperationException("The picture has not been decoded.");

    /// <summary>Time spent on decoding so far.</summary>
    internal TimeSpan DecodeTime { get; private set; }

    /// <summary>Decodes as many pixels as a detector can use.</summary>
    /// <param name="detector">The detector.</param>
    /// <param name="detail">Effort.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="ImageRejectedException">The file cannot be read.</exception>
    internal void DecodeForDetection(IFaceDetector detector, DetectionDetail detail, CancellationToken cancellationToken)
    {
        if (_file is not null)
        {
            var reduction = DecodeReduction.IsPossible(Header)
                ? DecodeReduction.ToDetect(Header, detector.LargestScale(Header.Width, Header.Height, detail))
                : 1;
            Decode(_file, reduction, cancellationToken);
        }
    }

    /// <summary>Decodes the picture again if the classifier can use more pixels of a face than there are.</summary>
    /// <param name="faces">The faces, in pixels of the whole picture.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="ImageRejectedException">The file cannot be read.</exception>
    internal void DecodeForClassification(IReadOnlyList<DetectedFace> faces, CancellationToken cancellationToken)
    {
        if (_file is not null && DecodeReduction.ToClassify(faces, Header) is var enough && enough < _reduction)
        {
            Decode(_file, enough, cancellationToken);
        }
    }

    /// <summary>Decodes a file at a fraction of its size.</summary>
    /// <param name="file">The file.</param>
    /// <param name="reduction">1, 2, 4 or 8; only a JPEG can be reduced.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    internal void Decode(ImageFile file, int reduction, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        _raster?.Dispose();
        _raster = null;
        _raster = file.Decode(reduction, cancellationToken);
        _reduction = reduction;

        // Where a side is no multiple of the reduction, the last stored pixel stands for what lies beyond. Once upright, it may be the
        // first.
        var (mirrored, upsideDown) = OrientationTransform.Flips(Header.Orientation);
        _left = mirrored ? (_raster.Width * reduction) - Header.Width : 0;
        _top = upsideDown ? (_raster.Height * reduction) - Header.Height : 0;
        DecodeTime += Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Hands over the pixels of the whole picture, decoding it again if it was reduced.</summary>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <returns>The pixels, now the caller's.</returns>
    internal Raster TakeWhole(CancellationToken cancellationToken)
    {
        if (_file is not null && _reduction > 1)
        {
            Decode(_file, 1, cancellationToken);
        }

        var whole = Raster;
        _raster = null;
        return whole;
    }

    /// <summary>Maps a face from pixels of <see cref="Raster"/> to pixels of the whole picture.</summary>
    internal DetectedFace ToWhole(DetectedFace face)
    {
        if (_reduction == 1)
        {
            return face;
        }

        var box = PixelBox.FromEdges(
            ToWhole(face.Box.X, _left), ToWhole(face.Box.Y, _top), ToWhole(face.Box.Right, _left), ToWhole(face.Box.Bottom, _top));
        return face with
        {
            Box = box.ClipTo(Header.Width, Header.Height),
            Landmarks = face.Landmarks?.Map(point => new PixelPoint(ToWhole(point.X, _left), ToWhole(point.Y, _top))),
        };
    }

    /// <summary>Cuts out a face.</summary>
    /// <param name="face">The face's box, in pixels of the whole picture.</param>
    /// <param name="quarterTurns">By how many quarter turns clockwise it is rotated.</param>
    /// <returns>The crop, owned by the caller.</returns>
    internal FaceCrop Crop(PixelBox face, int quarterTurns = 0) => FaceCropper.Crop(
        Raster,
        _reduction == 1
            ? face
            : new PixelBox((face.X + _left) / _reduction, (face.Y + _top) / _reduction, face.Width / _reduction, face.Height / _reduction),
        quarterTurns);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_file is not null)
        {
            _raster?.Dispose();
        }
    }

    private float ToWhole(float value, float offset) => (value * _reduction) - offset;
}
