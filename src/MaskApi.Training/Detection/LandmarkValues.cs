using MaskApi.Vision.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Detection;

/// <summary>Key points in the network's order.</summary>
internal static class LandmarkValues
{
    /// <summary>Number of values: x and y of six points.</summary>
    public const int Count = 12;

    /// <summary>Swaps left and right, as in a mirror.</summary>
    /// <param name="points">The points, with coordinates already mirrored.</param>
    public static FaceLandmarks Mirrored(this FaceLandmarks points) => points with
    {
        RightEye = points.LeftEye,
        LeftEye = points.RightEye,
        RightEarTragion = points.LeftEarTragion,
        LeftEarTragion = points.RightEarTragion,
    };

    /// <summary>Writes x and y of each point.</summary>
    /// <param name="points">The points.</param>
    /// <param name="target">At least <see cref="Count"/> long.</param>
    public static void CopyTo(this FaceLandmarks points, Span<float> target)
    {
        ReadOnlySpan<PixelPoint> all =
            [points.RightEye, points.LeftEye, points.NoseTip, points.Mouth, points.RightEarTragion, points.LeftEarTragion];
        for (var i = 0; i < all.Length; i++)
        {
            (target[2 * i], target[(2 * i) + 1]) = (all[i].X, all[i].Y);
        }
    }

    /// <summary>Reads x and y of each point.</summary>
    /// <param name="values">At least <see cref="Count"/> long.</param>
    public static FaceLandmarks From(ReadOnlySpan<float> values) => new(
        new PixelPoint(values[0], values[1]),
        new PixelPoint(values[2], values[3]),
        new PixelPoint(values[4], values[5]),
        new PixelPoint(values[6], values[7]),
        new PixelPoint(values[8], values[9]),
        new PixelPoint(values[10], values[11]));
}
