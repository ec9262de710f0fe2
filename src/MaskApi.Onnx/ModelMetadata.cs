namespace MaskApi.Onnx;

/// <summary>
/// Keys of the <c>metadata_props</c> in every model file that MaskApi writes. The service shows them in <c>/v1/info</c>,
/// so that a running model can be traced to what it was made from.
/// </summary>
public static class ModelMetadata
{
    /// <summary>The model's name, as its file is named.</summary>
    public const string Name = "name";

    /// <summary>The version of the model: higher is newer.</summary>
    public const string Version = "version";

    /// <summary>What the model was made from, so that anyone can fetch it.</summary>
    public const string Source = "source";

    /// <summary>SHA-256 of the source file, lower-case hexadecimal.</summary>
    public const string SourceSha256 = "source_sha256";

    /// <summary>The licence of the weights, as an SPDX expression.</summary>
    public const string License = "license";

    /// <summary>Side of the network's square input, in pixels.</summary>
    public const string InputSize = "input_size";

    /// <summary>What the caller hands in, and what the graph itself does with it.</summary>
    public const string Preprocessing = "preprocessing";
}
