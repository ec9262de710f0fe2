using System.Runtime.CompilerServices;

namespace MaskApi.Vision.Detection;

/// <summary>
/// A face as sixteen numbers, in pixels: left, top, right, bottom, then x and y of the six key points in the order of
/// <see cref="FaceLandmarks"/>. One row of numbers, so that a weighted mean of faces is a weighted mean of rows.
/// </summary>
[InlineArray(Length)]
internal struct FaceGeometry
{
    internal const int Length = 16;

    private float _element;

    internal readonly PixelBox Box => PixelBox.FromEdges(this[0], this[1], this[2], this[3]);

    internal readonly FaceLandmarks Landmarks => new(Point(0), Point(1), Point(2), Point(3), Point(4), Point(5));

    private readonly PixelPoint Point(int index) => new(this[4 + (2 * index)], this[5 + (2 * index)]);
}
