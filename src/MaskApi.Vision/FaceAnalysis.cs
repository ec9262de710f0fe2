using MaskApi.Vision.Detection;
using MaskApi.Vision.Imaging;

namespace MaskApi.Vision;

/// <summary>The result of one picture's analysis.</summary>
/// <param name="Width">Width of the upright picture in pixels.</param>
/// <param name="Height">Height of the upright picture in pixels.</param>
/// <param name="Format">The file's format.</param>
/// <param name="Faces">The faces, largest box first.</param>
/// <param name="Timings">Time spent in each stage.</param>
public sealed record FaceAnalysis(int Width, int Height, ImageFormat Format, IReadOnlyList<FaceVerdict> Faces, StageTimings Timings)
{
    /// <summary>Number of faces that reached the threshold, including those beyond <see cref="AnalysisOptions.MaxFaces"/>.</summary>
    public int Found { get; init; } = Faces.Count;

    /// <summary>What finding the faces cost.</summary>
    public DetectionCost DetectionCost { get; init; }
}
