using System.Globalization;
using MaskApi.Http;
using MaskApi.Problems;
using MaskApi.Vision.Imaging;

namespace MaskApi.Annotations;

/// <summary>
/// The format of the picture that is sent back: the parameter <c>format</c>, or else the best match for the Accept header.
/// </summary>
internal sealed class OutputPicture
{
    private static readonly PictureFormat[] _all =
    [
        // In order of preference: PNG shows text and lines without artifacts.
        new(OutputFormat.Png, "image/png"),
        new(OutputFormat.Jpeg, "image/jpeg"),
        new(OutputFormat.Webp, "image/webp"),
    ];

    private static readonly ChoiceParameter _format =
        new("format", null, ["png", "jpeg", "webp"], "Format of the picture. Defaults to the Accept header's choice, then PNG.");

    private static readonly ChoiceParameter _redact = new(
        "redact",
        null,
        ["none", "blur", "pixelate"],
        "Make every reported face unrecognizable; verdicts stay. Defaults to the service's setting, which is `none` unless changed.");

    private readonly IReadOnlyList<PictureFormat> _wished;
    private readonly bool _isNamed;

    private OutputPicture(IReadOnlyList<PictureFormat> wished, bool isNamed, Redaction? redaction) =>
        (_wished, _isNamed, Redaction) = (wished, isNamed, redaction);

    /// <summary>The parameters, for the OpenAPI document.</summary>
    public static IReadOnlyList<QueryParameter> Parameters { get; } = [_format, _redact];

    /// <summary>How faces are made unrecognizable; null where the caller leaves it to the service.</summary>
    public Redaction? Redaction { get; }

    /// <summary>The available media types.</summary>
    public static IReadOnlyList<string> MediaTypes { get; } = [.. _all.Select(static format => format.MediaType)];

    /// <summary>
    /// Reads a request's preference; called by the framework for handlers that take it. An invalid parameter is reported by
    /// <see cref="QueryReader.RequireValidAsync"/>.
    /// </summary>
    /// <exception cref="ProblemException"><c>not_acceptable</c>.</exception>
    public static ValueTask<OutputPicture> BindAsync(HttpContext context)
    {
        var query = QueryReader.Of(context);
        var name = _format.Read(query);
        var redaction = _redact.Read(query) is { } choice ? Enum.Parse<Redaction>(choice, ignoreCase: true) : (Redaction?)null;
        return ValueTask.FromResult(name is null
            ? new OutputPicture(Negotiate(context.Request), isNamed: false, redaction)
            : new OutputPicture(
                [_all.First(format => format.Format.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))],
                isNamed: true,
                redaction));
    }

    /// <summary>The preferred format.</summary>
    public OutputFormat Preferred => _wished[0].Format;

    /// <summary>The preferred format that can hold a picture: WebP ends at 16383 pixels a side, which panoramas exceed.</summary>
    /// <param name="picture">The picture.</param>
    /// <exception cref="ProblemException"><c>invalid_parameter</c> or <c>not_acceptable</c>.</exception>
    public PictureFormat For(Raster picture)
    {
        var longest = Math.Max(picture.Width, picture.Height);
        if (_wished.FirstOrDefault(format => longest <= ImageEncoder.LongestSide(format.Format)) is { } fitting)
        {
            return fitting;
        }

        var most = _wished.Max(static format => ImageEncoder.LongestSide(format.Format));
        var detail = string.Create(
            CultureInfo.InvariantCulture, $"holds at most {most} pixels a side, and the picture is {picture.Width}×{picture.Height}");
        throw _isNamed
            ? new ProblemException(ProblemKinds.InvalidParameter, ProblemKinds.InvalidParameter.Example)
            {
                Errors = new Dictionary<string, string[]> { [_format.Name] = [detail] },
            }
            : new ProblemException(ProblemKinds.NotAcceptable, $"The accepted format {detail}.");
    }

    private static List<PictureFormat> Negotiate(HttpRequest request)
    {
        var accepted = Accept.Accepted(request, MediaTypes).Select(static type => _all.First(format => format.MediaType == type)).ToList();
        return accepted.Count > 0
            ? accepted
            : throw new ProblemException(ProblemKinds.NotAcceptable, $"This endpoint offers {string.Join(", ", MediaTypes)}.");
    }
}

/// <summary>A format for pictures that are sent back.</summary>
/// <param name="Format">The format.</param>
/// <param name="MediaType">Its media type.</param>
internal sealed record PictureFormat(OutputFormat Format, string MediaType);
