namespace MaskApi.Onnx;

/// <summary>
/// Keys of the <c>metadata_props</c> in every model file that MaskApi writes. The service shows them in <c>/v1/info</c>, so a running model
/// can be traced to its origin.
/// </summary>
public static class ModelMetadata
{
    /// <summary>The model's name, as in its file name.</summary>
    public const string Name = "name";

    /// <summary>Version of the model: higher is newer.</summary>
    public const string Version = "version";

    /// <summary>What the model was made from, for anyone to download.</summary>
    public const string Source = "source";

    /// <summary>SHA-256 of the source file, lower-case hexadecimal.</summary>
    public const string SourceSha256 = "source_sha256";

    /// <summary>Licence of the weights, as an SPDX expression.</summary>
    public const string License = "license";

    /// <summary>Side of the network's square input, in pixels.</summary>
    public const string InputSize = "input_size";

    /// <summary>What the caller passes in, and what the graph does with it.</summary>
    public const string Preprocessing = "preprocessing";
}
