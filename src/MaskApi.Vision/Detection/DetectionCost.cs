namespace MaskApi.Vision.Detection;

/// <summary>What finding the faces of a picture cost, in a measure that does not depend on the machine.</summary>
/// <param name="Runs">Runs of the detector.</param>
/// <param name="InputPixels">Total pixels of its inputs, to which time is proportional; BlazeFace's original input has 192 × 192.</param>
public readonly record struct DetectionCost(int Runs, long InputPixels)
{
    /// <summary>Adds two costs.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static DetectionCost operator +(DetectionCost left, DetectionCost right) => Add(left, right);

    /// <summary>Adds two costs.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static DetectionCost Add(DetectionCost left, DetectionCost right) =>
        new(left.Runs + right.Runs, left.InputPixels + right.InputPixels);
}
