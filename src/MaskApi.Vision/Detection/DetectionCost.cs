namespace MaskApi.Vision.Detection;

/// <summary>What finding the faces of a picture cost, in a measure that does not depend on the machine.</summary>
/// <param name="Runs">Runs of the detector.</param>
/// <param name="InputPixels">Pixels of its inputs together, to which time is proportional; its original input has 192 × 192.</param>
public readonly record struct DetectionCost(int Runs, long InputPixels);
