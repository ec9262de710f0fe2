using System.Text.Json.Serialization;
using MaskApi.Cli.Results;

namespace MaskApi.Cli.Streaming;

/// <summary>The line of one frame.</summary>
internal sealed record FrameResult
{
    /// <summary>Its number in the stream, from 1.</summary>
    [JsonPropertyName("frame")]
    public required long Frame { get; init; }

    /// <summary>When its last byte arrived.</summary>
    [JsonPropertyName("time")]
    public required DateTimeOffset Time { get; init; }

    /// <summary>Frames that had arrived since when this was written.</summary>
    [JsonPropertyName("lag")]
    public required long Lag { get; init; }

    /// <summary>Frames skipped so far in favor of newer ones.</summary>
    [JsonPropertyName("dropped")]
    public required long Dropped { get; init; }

    /// <summary>Width of the frame in pixels.</summary>
    [JsonPropertyName("imageWidth")]
    public int? ImageWidth { get; init; }

    /// <summary>Height of the frame in pixels.</summary>
    [JsonPropertyName("imageHeight")]
    public int? ImageHeight { get; init; }

    /// <summary>The faces, largest first.</summary>
    [JsonPropertyName("faces")]
    public IReadOnlyList<ResultRow>? Faces { get; init; }

    /// <summary>Code of what went wrong; null if nothing did.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }
}
