
namespace MaskApi.Contracts;

/// <summary>What is running.</summary>
internal sealed record ServiceInfo
{
    /// <summary>Version of the service.</summary>
    public required string Version { get; init; }

    /// <summary>Source revision of the build; absent if unknown.</summary>
    public string? SourceRevision { get; init; }

    /// <summary>The models in use.</summary>
    public required IReadOnlyList<Model> Models { get; init; }

    /// <summary>Device that runs the models: `cpu` or `cuda`.</summary>
    public required string ExecutionProvider { get; init; }

    /// <summary>How faces in annotated pictures are made unrecognizable unless a request says otherwise: `none`, `blur` or `pixelate`.</summary>
    public required string Redact { get; init; }

    /// <summary>Limits on a request.</summary>
    public required Limits Limits { get; init; }
}

/// <summary>One model.</summary>
/// <param name="Name">Its role.</param>
/// <param name="File">Its file's name.</param>
/// <param name="Sha256">SHA-256 of the file, lower-case hexadecimal.</param>
/// <param name="InputSize">Side of its square input in pixels.</param>
/// <param name="Metadata">The file's own metadata: training data, metrics, license.</param>
internal sealed record Model(string Name, string File, string Sha256, int InputSize, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The labels that a classifier can give, besides `uncertain`; absent for other models.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>
    /// The temperatures that a classifier divides its logits by to calibrate them, by metadata name; absent for other models.
    /// </summary>
    public IReadOnlyDictionary<string, float>? Temperatures { get; init; }
}

/// <summary>Limits on a request.</summary>
/// <param name="MaxImageBytes">Bytes of one picture.</param>
/// <param name="MaxPixels">Pixels of one picture.</param>
/// <param name="MinSide">Minimum side of a picture in pixels.</param>
/// <param name="MaxBatchImages">Pictures in a batch.</param>
/// <param name="MaxBatchBytes">Bytes of a batch.</param>
/// <param name="UrlsAllowed">Whether pictures may be named by URL.</param>
internal sealed record Limits(long MaxImageBytes, long MaxPixels, int MinSide, int MaxBatchImages, long MaxBatchBytes, bool UrlsAllowed);

/// <summary>State of the service.</summary>
/// <param name="Status">`live`, `ready`, `not_ready` or `draining`.</param>
internal sealed record Health(string Status);
