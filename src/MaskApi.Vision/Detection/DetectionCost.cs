namespace MaskApi.Vision.Detection;

/// <summary>The cost of finding faces, in a measure independent of the machine.</summary>
/// <param name="Runs">Number of model runs.</param>
/// <param name="InputPixels">Total pixels of their inputs, to which time is proportional. BlazeFace's original input has 192 × 192.</param>
public readonly record struct DetectionCost(int Runs, long InputPixels)
{
    /// <summary>Adds two costs.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static DetectionCost operator +(DetectionCost left, DetectionCost right) => Add(left, right);

    /// <summary>Adds two costs.</summary>
    /// <param name="left">The first.</param>
    /// <param name="right">The second.</param>
    public static DetectionCost Add(DetectionCost left, DetectionCost right) =>
        new(left.Runs + right.Runs, left.InputPixels + right.InputPixels);
}
