using System.ComponentModel.DataAnnotations;
using MaskApi.Settings;

namespace MaskApi.Observability;

/// <summary>Metrics and traces.</summary>
internal sealed record TelemetryOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Telemetry";

    /// <summary>Serve `/metrics` for Prometheus.</summary>
    public bool Prometheus { get; init; } = true;

    /// <summary>Send metrics and traces by OTLP to this endpoint, such as `http://collector:4317`; empty sends nothing.</summary>
    public string? OtlpEndpoint { get; init; }

    /// <summary>Share of requests that are traced, 0–1, unless the caller has decided.</summary>
    [Range(0.0, 1.0)]
    public double TraceRatio { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (!string.IsNullOrEmpty(OtlpEndpoint)
            && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https")))
        {
            yield return $"{nameof(OtlpEndpoint)} must be an http or https URL, and is '{OtlpEndpoint}'.";
        }
    }
}
