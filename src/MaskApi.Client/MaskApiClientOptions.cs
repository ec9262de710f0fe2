namespace MaskApi.Client;

/// <summary>Where the service is, and how to ask it.</summary>
public sealed class MaskApiClientOptions
{
    /// <summary>Where the service is, with the path before <c>/v1</c> if there is one.</summary>
    public Uri BaseAddress { get; set; } = new("http://localhost:8080");

    /// <summary>Key for a service that asks for one; sent in the header X-API-Key.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Longest time for one try, upload included.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time for all tries of one call and the waits between them.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often a call is tried again after a transient failure, 1–20.</summary>
    public int MaxRetries { get; set; } = 4;
}
