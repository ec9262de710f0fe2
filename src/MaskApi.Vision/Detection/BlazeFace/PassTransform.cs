using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>
/// Maps points of a detector's input to the sample it was made of, and to the picture. The sample, mirrored if asked for, is rotated about
/// its center, which becomes the center of the input.
/// </summary>
internal readonly struct PassTransform
{
    private readonly DetectionPass _pass;
    private readonly float _cos;
    private readonly float _sin;

    internal PassTransform(DetectionPass pass)
    {
        _pass = pass;
        (_sin, _cos) = MathF.SinCos(pass.Rotation * MathF.PI / 180);
    }

    /// <summary>Maps a point of the input to pixels of the sample.</summary>
    internal PixelPoint ToSample(float x, float y)
    {
        var (dx, dy) = Unrotate(x - (_pass.InputWidth / 2f), y - (_pass.InputHeight / 2f));
        return new PixelPoint((_pass.SampleWidth / 2f) + dx, (_pass.SampleHeight / 2f) + dy);
    }

    /// <summary>Maps a face from 0–1 of the input to pixels of the picture.</summary>
    /// <param name="face">Left, top, right, bottom and the key points, in 0–1 of the input; replaced.</param>
    internal void ToPicture(ref FaceGeometry face)
    {
        var (width, height) = ((face[2] - face[0]) * _pass.InputWidth, (face[3] - face[1]) * _pass.InputHeight);
        var center = ToPicture((face[0] + face[2]) / 2, (face[1] + face[3]) / 2);
        for (var i = 4; i < FaceGeometry.Length; i += 2)
        {
            var point = ToPicture(face[i], face[i + 1]);
            (face[i], face[i + 1]) = (point.X, point.Y);
        }

        if (_pass.Mirrored)
        {
            face.SwapSides();
        }

        // A face is an oval. The box around the rotated oval fits; the box around the rotated box would be far too large.
        var halfWidth = Hypotenuse(width * _cos, height * _sin) / (2 * _pass.Scale);
        var halfHeight = Hypotenuse(width * _sin, height * _cos) / (2 * _pass.Scale);
        (face[0], face[1], face[2], face[3]) = (center.X - halfWidth, center.Y - halfHeight, center.X + halfWidth, center.Y + halfHeight);
    }

    private static float Hypotenuse(float a, float b) => MathF.Sqrt((a * a) + (b * b));

    private PixelPoint ToPicture(float x, float y)
    {
        var sample = ToSample(x * _pass.InputWidth, y * _pass.InputHeight);
        return new PixelPoint(_pass.Region.X + (sample.X / _pass.Scale), _pass.Region.Y + (sample.Y / _pass.Scale));
    }

    private (float X, float Y) Unrotate(float x, float y)
    {
        var along = (x * _cos) + (y * _sin);
        return (_pass.Mirrored ? -along : along, (y * _cos) - (x * _sin));
    }
}
