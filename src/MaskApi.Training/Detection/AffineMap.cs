using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Detection;

/// <summary>An affine map of the plane: <c>x' = Xx·x + Xy·y + X0</c>, <c>y' = Yx·x + Yy·y + Y0</c>.</summary>
internal readonly record struct AffineMap(double Xx, double Xy, double X0, double Yx, double Yy, double Y0)
{
    /// <summary>Optionally mirrors, then stretches, rotates counterclockwise, scales, and moves one point onto another.</summary>
    /// <param name="from">The point to move.</param>
    /// <param name="toX">Its target x.</param>
    /// <param name="toY">Its target y.</param>
    /// <param name="scale">Above 1 enlarges.</param>
    /// <param name="degrees">Counterclockwise; y points down.</param>
    /// <param name="mirror">Whether to swap left and right.</param>
    /// <param name="stretch">Factor of the picture's width; its height gets the inverse.</param>
    public static AffineMap Place(PixelPoint from, double toX, double toY, double scale, double degrees, bool mirror, double stretch = 1)
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        var (along, across) = (scale * stretch * (mirror ? -1 : 1), scale / stretch);
        var linear = new AffineMap(cos * along, sin * across, 0, -sin * along, cos * across, 0);
        var (x, y) = linear.Apply(from.X, from.Y);
        return linear with { X0 = toX - x, Y0 = toY - y };
    }

    /// <summary>Maps a point.</summary>
    public (double X, double Y) Apply(double x, double y) => ((Xx * x) + (Xy * y) + X0, (Yx * x) + (Yy * y) + Y0);

    /// <summary>Maps a point.</summary>
    public PixelPoint Apply(PixelPoint point)
    {
        var (x, y) = Apply(point.X, point.Y);
        return new PixelPoint((float)x, (float)y);
    }

    /// <summary>
    /// Maps the ellipse inscribed in a box and returns its bounding box. A head is closer to an ellipse than to a rectangle, whose rotated
    /// corners would make the box far too large.
    /// </summary>
    /// <param name="box">The box to map.</param>
    public PixelBox Apply(PixelBox box)
    {
        var center = Apply(box.Center);
        var (a, b) = (box.Width / 2, box.Height / 2);
        var width = 2 * (float)Math.Sqrt((Xx * a * Xx * a) + (Xy * b * Xy * b));
        var height = 2 * (float)Math.Sqrt((Yx * a * Yx * a) + (Yy * b * Yy * b));
        return new PixelBox(center.X - (width / 2), center.Y - (height / 2), width, height);
    }

    /// <summary>The inverse map.</summary>
    public AffineMap Inverse()
    {
        var determinant = (Xx * Yy) - (Xy * Yx);
        var (a, b, c, d) = (Yy / determinant, -Xy / determinant, -Yx / determinant, Xx / determinant);
        return new AffineMap(a, b, -((a * X0) + (b * Y0)), c, d, -((c * X0) + (d * Y0)));
    }
}
