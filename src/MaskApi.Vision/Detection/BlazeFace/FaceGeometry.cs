using System.Runtime.CompilerServices;
using MaskApi.Vision.Geometry;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>
/// A face as sixteen numbers, in pixels: left, top, right, bottom, then x and y of the six key points in the order of
/// <see cref="FaceLandmarks"/>. A weighted mean of faces is then a weighted mean of rows.
/// </summary>
[InlineArray(Length)]
internal struct FaceGeometry
{
    internal const int Length = 16;

    private float _element;

    internal readonly PixelBox Box => PixelBox.FromEdges(this[0], this[1], this[2], this[3]);

    internal readonly FaceLandmarks Landmarks => new(Point(0), Point(1), Point(2), Point(3), Point(4), Point(5));

    /// <summary>Adds another face's numbers, weighted.</summary>
    internal void Add(in FaceGeometry other, float weight)
    {
        for (var i = 0; i < Length; i++)
        {
            this[i] += other[i] * weight;
        }
    }

    /// <summary>Multiplies all numbers.</summary>
    internal void Scale(float factor)
    {
        for (var i = 0; i < Length; i++)
        {
            this[i] *= factor;
        }
    }

    /// <summary>Swaps the key points of the right and the left side, as in a mirrored picture.</summary>
    internal void SwapSides()
    {
        Swap(0, 1);
        Swap(4, 5);
    }

    private readonly PixelPoint Point(int index) => new(this[4 + (2 * index)], this[5 + (2 * index)]);

    private void Swap(int first, int second)
    {
        (first, second) = (4 + (2 * first), 4 + (2 * second));
        (this[first], this[second]) = (this[second], this[first]);
        (this[first + 1], this[second + 1]) = (this[second + 1], this[first + 1]);
    }
}
