using MaskApi.Cli.Analysis;
using MaskApi.Cli.Inputs;
using MaskApi.Vision.Imaging;

namespace MaskApi.Cli.Results;

/// <summary>Pictures with their faces marked, below a folder in the place that their names tell.</summary>
/// <param name="folder">The folder.</param>
/// <param name="minConfidence">A verdict less sure than this is drawn as uncertain, 0.5–1.</param>
/// <param name="redaction">Whether the faces are made unrecognizable.</param>
internal sealed class AnnotationFolder(string folder, float minConfidence, Redaction redaction)
{
    /// <summary>Draws on one picture; a file appears when it is whole.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="picture">The file it was found in.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The result, or a failure where the picture cannot be written.</returns>
    public PictureResult Write(PictureResult result, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken)
    {
        if (result.Failure is not null)
        {
            return result;
        }

        var (relative, format) = Place(result.Name);
        try
        {
            using var raster = ImageDecoder.Decode(picture, new DecodeLimits(), cancellationToken);
            AnnotationRenderer.Draw(raster, result.Faces, minConfidence, redaction);
            if (Math.Max(raster.Width, raster.Height) > ImageEncoder.LongestSide(format))
            {
                (relative, format) = (relative + ".png", OutputFormat.Png);
            }

            var path = Path.Combine(folder, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = ImageEncoder.Encode(raster, format);
            File.WriteAllBytes(path + ".tmp", file.Memory.Span);
            File.Move(path + ".tmp", path, overwrite: true);
            return result;
        }
        catch (ImageRejectedException exception)
        {
            return PictureResult.Failed(result.Name, new PictureFailure(PipelineAnalyzer.Code(exception.Reason), exception.Message));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return PictureResult.Failed(result.Name, new PictureFailure("annotation_not_written", exception.Message));
        }
    }

    /// <summary>
    /// Where a picture's drawing goes, and as what: never outside the folder, and in the picture's own format if it can be written.
    /// </summary>
    internal static (string Path, OutputFormat Format) Place(string name)
    {
        if (name == PictureInputs.StandardInput)
        {
            return ("stdin.png", OutputFormat.Png);
        }

        var invalid = Path.GetInvalidFileNameChars();
        var segments = name.Replace("://", "/", StringComparison.Ordinal)
            .Split('/', '\\')
            .Where(static segment => segment is not ("" or "."))
            .Select(segment => segment == ".." ? "__" : string.Concat(segment.Select(letter => invalid.Contains(letter) ? '_' : letter)));
        var path = Path.Combine([.. segments]);
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jpg" or ".jpeg" or ".jpe" or ".jfif" => (path, OutputFormat.Jpeg),
            ".png" => (path, OutputFormat.Png),
            ".webp" => (path, OutputFormat.Webp),
            _ => (path + ".png", OutputFormat.Png),
        };
    }
}
