using MaskApi.Vision.Imaging;

namespace MaskApi.Vision.Detection;

/// <summary>Finds the faces of a picture. One instance serves any number of threads.</summary>
public sealed class FaceDetector : IDisposable
{
    private FaceDetector()
    {
    }

    /// <summary>The models in use.</summary>
    public IReadOnlyList<ModelInfo> Models => throw new NotImplementedException();

    /// <summary>Loads the detectors alone; <see cref="FacePipeline.Load"/> brings the classifier too.</summary>
    /// <param name="options">Where the models are and how they run.</param>
    /// <exception cref="ModelLoadException">A model is missing, corrupt or not of the expected shape.</exception>
    public static FaceDetector Load(VisionOptions options) => throw new NotImplementedException();

    /// <summary>Finds faces.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">Threshold, effort, and how many to keep.</param>
    /// <param name="cancellationToken">Ends the work between model runs.</param>
    /// <returns>The faces, largest box first.</returns>
    public IReadOnlyList<DetectedFace> Detect(Raster picture, AnalysisOptions options, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
