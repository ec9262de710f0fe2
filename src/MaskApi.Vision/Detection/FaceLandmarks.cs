using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection;

/// <summary>
/// BlazeFace's six key points, in pixels of the upright picture. Right and left are the person's own. A point may lie outside the picture
/// if its edge cuts the face.
/// </summary>
/// <param name="RightEye">Center of the right eye.</param>
/// <param name="LeftEye">Center of the left eye.</param>
/// <param name="NoseTip">Tip of the nose.</param>
/// <param name="Mouth">Center of the mouth.</param>
/// <param name="RightEarTragion">The notch above the right ear canal.</param>
/// <param name="LeftEarTragion">The notch above the left ear canal.</param>
public readonly record struct FaceLandmarks(
    PixelPoint RightEye,
    PixelPoint LeftEye,
    PixelPoint NoseTip,
    PixelPoint Mouth,
    PixelPoint RightEarTragion,
    PixelPoint LeftEarTragion)
{
    /// <summary>By how far the face is rotated clockwise, in degrees from -180 to 180: 0 for an upright face.</summary>
    internal float Roll
    {
        get
        {
            // The line of the eyes, and the one from between the eyes to the mouth, turned to lie along it.
            var (x, y) = (LeftEye.X - RightEye.X, LeftEye.Y - RightEye.Y);
            x += Mouth.Y - ((LeftEye.Y + RightEye.Y) / 2);
            y -= Mouth.X - ((LeftEye.X + RightEye.X) / 2);
            return MathF.Atan2(y, x) * 180 / MathF.PI;
        }
    }

    /// <summary>By how many quarter turns clockwise the face is rotated, to the nearest: 0 for an upright face, up to 3.</summary>
    internal int QuarterTurns => (int)MathF.Round(Roll / 90) & 3;

    /// <summary>Maps every point.</summary>
    /// <param name="map">From a point to its place in another picture.</param>
    internal FaceLandmarks Map(Func<PixelPoint, PixelPoint> map) =>
        new(map(RightEye), map(LeftEye), map(NoseTip), map(Mouth), map(RightEarTragion), map(LeftEarTragion));
}
