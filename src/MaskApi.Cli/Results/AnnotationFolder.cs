using MaskApi.Cli.Analysis;
using MaskApi.Cli.Inputs;
using MaskApi.Vision.Imaging;

namespace MaskApi.Cli.Results;

/// <summary>Draws pictures with their faces marked, below a folder and under their own names.</summary>
/// <param name="folder">The folder.</param>
/// <param name="minConfidence">A verdict less sure than this is drawn as uncertain, 0.5–1.</param>
/// <param name="redaction">Whether the faces are made unrecognizable.</param>
internal sealed class AnnotationFolder(string folder, float minConfidence, Redaction redaction)
{
    /// <summary>Decodes a picture and draws on it.</summary>
    /// <param name="result">The picture's result.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    /// <returns>The result, or a failure if the picture cannot be decoded or written.</returns>
    public PictureResult Write(PictureResult result, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken)
    {
        try
        {
            using var raster = ImageDecoder.Decode(picture, new DecodeLimits(), cancellationToken);
            return Write(result, raster);
        }
        catch (ImageRejectedException exception)
        {
            return PictureResult.Failed(result.Name, new PictureFailure(PipelineAnalyzer.Code(exception.Reason), exception.Message));
        }
    }

    /// <summary>Draws on a picture and writes it. A file appears only when it is complete.</summary>
    /// <param name="result">The picture's result.</param>
    /// <param name="raster">The picture, which is drawn on.</param>
    /// <returns>The result, or a failure if the picture cannot be written.</returns>
    public PictureResult Write(PictureResult result, Raster raster)
    {
        var (relative, format) = Place(result.Name);
        try
        {
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
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return PictureResult.Failed(result.Name, new PictureFailure("annotation_not_written", exception.Message));
        }
    }

    /// <summary>
    /// The path of a picture's drawing, never outside the folder, and its format: the picture's own if that can be written.
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
