namespace MaskApi.Client;

/// <summary>Where the service is, and how to ask it.</summary>
public sealed class MaskApiClientOptions
{
    /// <summary>Where the service is, with the path before <c>/v1</c> if there is one.</summary>
    public Uri BaseAddress { get; set; } = new("http://localhost:8080");

    /// <summary>Key for a service that asks for one; sent in the header X-API-Key.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Longest time for one try; what the upload may take (<see cref="MinUploadRate"/>) comes on top.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time for all tries of one call and the waits between them; what one upload may take comes on top.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Slowest upload that is waited for, bytes a second: the time limits grow with what is sent.</summary>
    public int MinUploadRate { get; set; } = 256 * 1024;

    /// <summary>How long an upload may take.</summary>
    internal TimeSpan UploadTime(long? bytes) => TimeSpan.FromSeconds((double)(bytes ?? 0) / MinUploadRate);

    /// <summary>How often a call is tried again after a transient failure, 1–20.</summary>
    public int MaxRetries { get; set; } = 4;
}
