using System.Runtime.CompilerServices;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>What tells a face from a false alarm, as numbers for <see cref="DetectionConfidence"/>.</summary>
[InlineArray(Count)]
internal struct FaceFeatures
{
    internal const int Count = 8;

    private float _element;

    /// <summary>What the numbers are, in their order.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>best: log odds of the best report's score.</item>
    /// <item>mean: mean log odds over the passes that should have seen the face, silence counting as the least score reported.</item>
    /// <item>support: log of how many times its own score the anchors behind the best report have together.</item>
    /// <item>agreement: how well those anchors' boxes agree.</item>
    /// <item>size, size squared: the face in the best report's input, in octaves from 32 pixels.</item>
    /// <item>turned: 1 where only a pass at the turned picture speaks for the face, otherwise 0.</item>
    /// <item>inside: the largest share of its box that lies inside the box of a better face.</item>
    /// </list>
    /// </remarks>
    internal static IReadOnlyList<string> Names { get; } =
        ["best", "mean", "support", "agreement", "size", "size squared", "turned", "inside"];
}
