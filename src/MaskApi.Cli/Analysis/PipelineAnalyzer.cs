using MaskApi.Cli.Results;
using MaskApi.Client;
using MaskApi.Vision;
using MaskApi.Vision.Imaging;

namespace MaskApi.Cli.Analysis;

/// <summary>Analyzes pictures in this process.</summary>
/// <param name="pipeline">Does the work; owned by the analyzer.</param>
/// <param name="options">What to look for.</param>
/// <param name="parallelism">Maximum number of pictures at a time.</param>
/// <param name="annotations">Draws the results; null for no drawings.</param>
internal sealed class PipelineAnalyzer(FacePipeline pipeline, AnalysisOptions options, int parallelism, AnnotationFolder? annotations)
    : IPictureAnalyzer
{
    /// <inheritdoc/>
    public int Parallelism => parallelism;

    /// <inheritdoc/>
    public Task<PictureResult> AnalyzeAsync(string name, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult(Analyze(name, picture, cancellationToken));
        }
        catch (ImageRejectedException exception)
        {
            return Task.FromResult(PictureResult.Failed(name, new PictureFailure(Code(exception.Reason), exception.Message)));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => pipeline.Dispose();

    private PictureResult Analyze(string name, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken)
    {
        if (annotations is null)
        {
            return Result(pipeline.Analyze(picture, options, cancellationToken));
        }

        var analysis = pipeline.Analyze(picture, options, out var raster, cancellationToken);
        using (raster)
        {
            return annotations.Write(Result(analysis), raster);
        }

        PictureResult Result(FaceAnalysis analysis) => new(name, analysis.Width, analysis.Height, analysis.Faces);
    }

    /// <summary>The service's problem code for a refusal.</summary>
    internal static string Code(ImageRejection reason) => reason switch
    {
        ImageRejection.UnsupportedMediaType => ProblemCodes.UnsupportedMediaType,
        ImageRejection.TooManyPixels => ProblemCodes.ImageTooManyPixels,
        ImageRejection.TooSmall => ProblemCodes.ImageTooSmall,
        _ => ProblemCodes.ImageUndecodable,
    };
}
