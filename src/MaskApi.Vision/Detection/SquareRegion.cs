namespace MaskApi.Vision.Detection;

/// <summary>A square of the picture that a detector looks at; it may reach beyond the picture, where it is black.</summary>
/// <param name="X">Left edge in pixels of the upright picture.</param>
/// <param name="Y">Top edge in pixels.</param>
/// <param name="Side">Side in pixels.</param>
public readonly record struct SquareRegion(float X, float Y, float Side)
{
    /// <summary>Right edge in pixels.</summary>
    public float Right => X + Side;

    /// <summary>Bottom edge in pixels.</summary>
    public float Bottom => Y + Side;
}
