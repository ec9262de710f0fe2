namespace MaskApi.Vision.Geometry;

/// <summary>An axis-aligned box in pixels of the upright picture, origin at the top left; edges may be fractional.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Width; never negative in results.</param>
/// <param name="Height">Height; never negative in results.</param>
public readonly record struct PixelBox(float X, float Y, float Width, float Height)
{
    /// <summary>Right edge.</summary>
    public float Right => X + Width;

    /// <summary>Bottom edge.</summary>
    public float Bottom => Y + Height;

    /// <summary>Width times height, in square pixels.</summary>
    public float Area => Width * Height;

    /// <summary>The middle of the box.</summary>
    public PixelPoint Center => new(X + (Width / 2), Y + (Height / 2));

    /// <summary>The box between two corners.</summary>
    /// <param name="left">Left edge.</param>
    /// <param name="top">Top edge.</param>
    /// <param name="right">Right edge.</param>
    /// <param name="bottom">Bottom edge.</param>
    public static PixelBox FromEdges(float left, float top, float right, float bottom) => new(left, top, right - left, bottom - top);

    /// <summary>Area shared with <paramref name="other"/>, in square pixels.</summary>
    /// <param name="other">The box to compare with.</param>
    public float IntersectionArea(PixelBox other)
    {
        var width = MathF.Min(Right, other.Right) - MathF.Max(X, other.X);
        var height = MathF.Min(Bottom, other.Bottom) - MathF.Max(Y, other.Y);
        return width > 0 && height > 0 ? width * height : 0;
    }

    /// <summary>Whether a point lies inside the box or on its edge.</summary>
    /// <param name="point">The point.</param>
    public bool Contains(PixelPoint point) => point.X >= X && point.X <= Right && point.Y >= Y && point.Y <= Bottom;

    /// <summary>Intersection over union: 0 (apart) to 1 (identical).</summary>
    /// <param name="other">The box to compare with.</param>
    public float IntersectionOverUnion(PixelBox other)
    {
        var shared = IntersectionArea(other);
        return shared > 0 ? shared / (Area + other.Area - shared) : 0;
    }

    /// <summary>The part of the box inside a picture; empty (zero width or height) if none is.</summary>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    public PixelBox ClipTo(int width, int height)
    {
        var left = Math.Clamp(X, 0, width);
        var top = Math.Clamp(Y, 0, height);
        return FromEdges(left, top, Math.Clamp(Right, left, width), Math.Clamp(Bottom, top, height));
    }
}
