namespace MaskApi.Vision.Geometry;

/// <summary>A rectangle of whole pixels inside a picture.</summary>
/// <param name="X">Left column.</param>
/// <param name="Y">Top row.</param>
/// <param name="Width">Columns; at least 1.</param>
/// <param name="Height">Rows; at least 1.</param>
public readonly record struct PixelRegion(int X, int Y, int Width, int Height);
