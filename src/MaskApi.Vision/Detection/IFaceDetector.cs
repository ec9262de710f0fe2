using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision.Detection;

/// <summary>
/// Finds faces in a picture. Whatever is particular to one model (its passes, key points, confidence weights) stays behind this interface.
/// An instance must serve any number of threads.
/// </summary>
public interface IFaceDetector : IDisposable
{
    /// <summary>The models in use.</summary>
    IReadOnlyList<ModelInfo> Models { get; }

    /// <summary>
    /// The largest scale at which any pass samples the picture, in input pixels per pixel of the picture. A large JPEG is decoded no finer
    /// than this.
    /// </summary>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    /// <param name="detail">Effort.</param>
    float LargestScale(int width, int height, DetectionDetail detail);

    /// <summary>Finds faces; returns them largest first.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">Threshold, effort, and how many to keep.</param>
    /// <param name="cancellationToken">Ends the work between model runs.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    DetectionResult Detect(Raster picture, AnalysisOptions options, CancellationToken cancellationToken);

    /// <summary>Runs the fallback passes that <see cref="Detect"/> skipped because it was sure of a face.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">Threshold, effort, and how many to keep.</param>
    /// <param name="cancellationToken">Ends the work between model runs.</param>
    /// <returns>The faces that these passes alone found.</returns>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    DetectionResult DetectWithFallbackPasses(Raster picture, AnalysisOptions options, CancellationToken cancellationToken);

    /// <summary>Frees unused buffers and makes the next run release memory that no run uses any more.</summary>
    void TrimMemory();
}
