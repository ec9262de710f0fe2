using MaskApi.Vision.Detection;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision;

/// <summary>Everything that one picture's analysis found.</summary>
/// <param name="Width">Width of the upright picture in pixels.</param>
/// <param name="Height">Height of the upright picture in pixels.</param>
/// <param name="Format">The file format it came in.</param>
/// <param name="Faces">The faces, largest box first.</param>
/// <param name="Timings">Where the time went.</param>
public sealed record FaceAnalysis(int Width, int Height, ImageFormat Format, IReadOnlyList<FaceVerdict> Faces, StageTimings Timings)
{
    /// <summary>Number of faces that reached the threshold, those beyond <see cref="AnalysisOptions.MaxFaces"/> included.</summary>
    public int Found { get; init; } = Faces.Count;

    /// <summary>What finding the faces cost.</summary>
    public DetectionCost DetectionCost { get; init; }
}
