using MaskApi.Client;
using MaskApi.Vision;
using MaskApi.Vision.Imaging;

namespace MaskApi.Cli.Analysis;

/// <summary>Judges pictures in this process.</summary>
internal sealed class PipelineAnalyzer(FacePipeline pipeline, AnalysisOptions options, int parallelism) : IPictureAnalyzer
{
    /// <inheritdoc/>
    public int Parallelism => parallelism;

    /// <inheritdoc/>
    public Task<PictureResult> AnalyzeAsync(string name, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken)
    {
        try
        {
            var analysis = pipeline.Analyze(picture, options, cancellationToken);
            return Task.FromResult(new PictureResult(name, analysis.Width, analysis.Height, analysis.Faces));
        }
        catch (ImageRejectedException exception)
        {
            return Task.FromResult(PictureResult.Failed(name, new PictureFailure(Code(exception.Reason), exception.Message)));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => pipeline.Dispose();

    /// <summary>The service's name for a refusal.</summary>
    internal static string Code(ImageRejection reason) => reason switch
    {
        ImageRejection.UnsupportedMediaType => ProblemCodes.UnsupportedMediaType,
        ImageRejection.TooManyPixels => ProblemCodes.ImageTooManyPixels,
        ImageRejection.TooSmall => ProblemCodes.ImageTooSmall,
        _ => ProblemCodes.ImageUndecodable,
    };
}
