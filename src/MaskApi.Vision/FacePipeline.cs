using MaskApi.Vision.Imaging;

namespace MaskApi.Vision;

/// <summary>
/// The whole way of one picture: decode, detect, crop, classify. One instance serves any number of threads;
/// each call runs on its caller's thread.
/// </summary>
public sealed class FacePipeline : IDisposable
{
    private FacePipeline()
    {
    }

    /// <summary>The models in use.</summary>
    public IReadOnlyList<ModelInfo> Models => throw new NotImplementedException();

    /// <summary>Loads and checks the models.</summary>
    /// <param name="options">Where the models are and how they run.</param>
    /// <exception cref="ModelLoadException">A model is missing, corrupt or not of the expected shape.</exception>
    public static FacePipeline Load(VisionOptions options) => throw new NotImplementedException();

    /// <summary>Finds and judges the faces of an image file.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="options">What to look for.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <exception cref="ImageRejectedException">The file cannot be read.</exception>
    public FaceAnalysis Analyze(ReadOnlyMemory<byte> encoded, AnalysisOptions options, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Finds and judges the faces of a decoded picture.</summary>
    /// <param name="picture">The picture; stays the caller's.</param>
    /// <param name="options">What to look for.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    public FaceAnalysis Analyze(Raster picture, AnalysisOptions options, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Runs every model once, so that the first caller does not wait for their first-run work.</summary>
    public void WarmUp() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
