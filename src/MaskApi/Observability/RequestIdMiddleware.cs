using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace MaskApi.Observability;

/// <summary>Gives every response the headers that all of them carry.</summary>
internal sealed class RequestIdMiddleware(RequestDelegate next)
{
    /// <summary>The header that names a request.</summary>
    public const string Header = "X-Request-Id";

    private const int MaxLength = 128;

    private static readonly SearchValues<char> _allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/+=");

    /// <summary>Takes the caller's id where it is a harmless one, else the trace id.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var wished = context.Request.Headers[Header].ToString();
        context.TraceIdentifier = IsHarmless(wished) ? wished : Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        context.Response.Headers[Header] = context.TraceIdentifier;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return next(context);
    }

    /// <summary>What is echoed goes into headers and logs, so only plain characters, and not many.</summary>
    private static bool IsHarmless([NotNullWhen(true)] string? id) =>
        id is { Length: > 0 and <= MaxLength } && !id.AsSpan().ContainsAnyExcept(_allowed);
}
