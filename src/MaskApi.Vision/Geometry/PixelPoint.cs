namespace MaskApi.Vision.Geometry;

/// <summary>A point of the upright picture, in pixels from the top left; may be fractional.</summary>
/// <param name="X">Pixels from the left edge.</param>
/// <param name="Y">Pixels from the top edge.</param>
public readonly record struct PixelPoint(float X, float Y);
