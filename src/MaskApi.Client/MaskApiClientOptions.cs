namespace MaskApi.Client;

/// <summary>Where the service is, and how to call it.</summary>
public sealed class MaskApiClientOptions
{
    /// <summary>Address of the service, with the path before <c>/v1</c> if there is one.</summary>
    public Uri BaseAddress { get; set; } = new("http://localhost:8080");

    /// <summary>API key, if the service requires one; sent in the header X-API-Key.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Timeout of one attempt, not counting the upload (<see cref="MinUploadRate"/>).</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Timeout of all attempts of one call and the waits between them, not counting one upload.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Slowest acceptable upload in bytes per second: timeouts grow with what is sent.</summary>
    public int MinUploadRate { get; set; } = 256 * 1024;

    /// <summary>How long an upload may take.</summary>
    internal TimeSpan UploadTime(long? bytes) => TimeSpan.FromSeconds((double)(bytes ?? 0) / MinUploadRate);

    /// <summary>Number of retries after transient failures, 1–20.</summary>
    public int MaxRetries { get; set; } = 4;
}
