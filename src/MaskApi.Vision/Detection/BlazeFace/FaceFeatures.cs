using System.Runtime.CompilerServices;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>Features that tell a face from a false positive; the input of <see cref="DetectionConfidence"/>.</summary>
[InlineArray(Count)]
internal struct FaceFeatures
{
    internal const int Count = 8;

    private float _element;

    /// <summary>Names of the features, in order.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>best: log odds of the best report's score.</item>
    /// <item>mean: mean log odds over the passes that should have seen the face; silence counts as the lowest reported score.</item>
    /// <item>support: log of the summed scores of the raw detections behind the best report, relative to its own.</item>
    /// <item>agreement: how well the boxes of those raw detections agree.</item>
    /// <item>size, size squared: the face in the best report's input, in octaves from 32 pixels.</item>
    /// <item>rotated: 1 if only a rotated pass reports the face, otherwise 0.</item>
    /// <item>inside: the largest share of its box that lies inside the box of a better face.</item>
    /// </list>
    /// </remarks>
    internal static IReadOnlyList<string> Names { get; } =
        ["best", "mean", "support", "agreement", "size", "size squared", "rotated", "inside"];
}
