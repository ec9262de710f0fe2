using MaskApi.Settings;
using Serilog.Events;

namespace MaskApi.Observability;

/// <summary>What is logged and how. The log goes to standard output.</summary>
internal sealed record LogOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Log";

    /// <summary>`Text` for people, `Json` (one compact object a line) for machines.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;

    /// <summary>Minimum level: `Verbose`, `Debug`, `Information`, `Warning`, `Error` or `Fatal`.</summary>
    public LogEventLevel Level { get; init; } = LogEventLevel.Information;

    /// <inheritdoc/>
    public IEnumerable<string> Validate() => [];
}

/// <summary>Format of the log.</summary>
internal enum LogFormat
{
    /// <summary>Lines for people.</summary>
    Text,

    /// <summary>One compact JSON object a line.</summary>
    Json,
}
