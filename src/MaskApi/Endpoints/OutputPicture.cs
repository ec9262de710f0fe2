using MaskApi.Problems;
using MaskApi.Vision.Imaging;
using Microsoft.Net.Http.Headers;

namespace MaskApi.Endpoints;

/// <summary>In which format a picture is sent back: the parameter <c>format</c>, else what the header Accept likes best.</summary>
/// <param name="Format">The format.</param>
/// <param name="MediaType">Its media type.</param>
internal sealed record OutputPicture(OutputFormat Format, string MediaType)
{
    private static readonly OutputPicture[] _all =
    [
        // In the order that decides between equals: PNG shows text and lines without artefacts.
        new(OutputFormat.Png, "image/png"),
        new(OutputFormat.Jpeg, "image/jpeg"),
        new(OutputFormat.Webp, "image/webp"),
    ];

    private static readonly ChoiceParameter _format =
        new("format", null, ["png", "jpeg", "webp"], "Format of the picture; without it Accept decides, and PNG is the default.");

    /// <summary>The parameter, for the OpenAPI document.</summary>
    public static IReadOnlyList<QueryParameter> Parameters { get; } = [_format];

    /// <summary>The media types that can be had.</summary>
    public static IReadOnlyList<string> MediaTypes { get; } = [.. _all.Select(static output => output.MediaType)];

    /// <summary>
    /// Decides for a request; called by the framework for a handler that asks for it. A parameter that is wrong is left to
    /// <see cref="QueryReader.RequireValidAsync"/>.
    /// </summary>
    /// <exception cref="ProblemException"><c>not_acceptable</c>.</exception>
    public static ValueTask<OutputPicture> BindAsync(HttpContext context)
    {
        var format = _format.Read(QueryReader.Of(context));
        var output = format is null
            ? Negotiate(context.Request)
            : _all.First(candidate => candidate.Format.ToString().Equals(format, StringComparison.OrdinalIgnoreCase));
        return ValueTask.FromResult(output);
    }

    private static OutputPicture Negotiate(HttpRequest request)
    {
        var best = Accept.Best(request, MediaTypes);
        return _all.FirstOrDefault(output => output.MediaType == best)
            ?? throw new ProblemException(ProblemKinds.NotAcceptable, $"This endpoint answers {string.Join(", ", MediaTypes)}.");
    }
}
