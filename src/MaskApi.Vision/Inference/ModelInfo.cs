namespace MaskApi.Vision.Inference;

/// <summary>A loaded model.</summary>
/// <param name="Name">Its role: <c>blaze_face_tuned</c> or <c>mask_classifier</c>.</param>
/// <param name="File">File name, without folder.</param>
/// <param name="Sha256">SHA-256 of the file, 64 lower-case hex digits.</param>
/// <param name="InputSize">Side in pixels of the square that the network sees; 0 if the file does not say.</param>
/// <param name="Metadata">The file's own <c>metadata_props</c>: training data, metrics, origin.</param>
public sealed record ModelInfo(string Name, string File, string Sha256, int InputSize, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The verdicts that a classifier can give, in the order of its output; empty for other models.</summary>
    public IReadOnlyList<MaskLabel> Classes { get; init; } = [];
}
