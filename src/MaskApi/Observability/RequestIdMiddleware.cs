using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace MaskApi.Observability;

/// <summary>Adds the headers that every response carries.</summary>
internal sealed class RequestIdMiddleware(RequestDelegate next)
{
    /// <summary>The header that names a request.</summary>
    public const string Header = "X-Request-Id";

    private const int MaxLength = 128;

    private static readonly SearchValues<char> _allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/+=");

    /// <summary>Takes the caller's id if it is harmless, otherwise the trace id.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var wished = context.Request.Headers[Header].ToString();
        context.TraceIdentifier = IsHarmless(wished) ? wished : Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        context.Response.Headers[Header] = context.TraceIdentifier;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return next(context);
    }

    /// <summary>The id is echoed in headers and logs, so it may contain only plain characters, and not many.</summary>
    private static bool IsHarmless([NotNullWhen(true)] string? id) =>
        id is { Length: > 0 and <= MaxLength } && !id.AsSpan().ContainsAnyExcept(_allowed);
}
