using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MaskApi.Problems;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace MaskApi.Uploads;

/// <summary>
/// Reads the pictures of a form one by one as they arrive. The framework's own form reader is not used because it writes files above 64 KiB
/// to disk.
/// </summary>
internal static partial class FormFiles
{
    /// <summary>Bytes that boundaries, headers and other fields may add to the pictures.</summary>
    public const int Overhead = 64 * 1024;

    /// <summary>Longest boundary: RFC 2046, section 5.1.1, allows 70.</summary>
    private const int MaxBoundary = 70;

    /// <summary>Reads the parts of one field and skips all others.</summary>
    /// <param name="body">The form.</param>
    /// <param name="contentType">Its content type with the boundary, as sent.</param>
    /// <param name="field">Name of the field; <c>field[]</c> and <c>field[0]</c>, as PHP and axios write lists, are equivalent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProblemException"><c>invalid_body</c>: no boundary.</exception>
    /// <remarks>
    /// A part needs no file name (RFC 7578, section 4.2). A malformed or incomplete form ends in an exception that
    /// <see cref="IsMalformed"/> recognizes.
    /// </remarks>
    public static async IAsyncEnumerable<FormFile> ReadAsync(
        Stream body, string contentType, string field, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var boundary = Boundary(contentType);
        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundary)
        {
            throw new ProblemException(
                ProblemKinds.InvalidBody,
                "The form's Content-Type needs a boundary of 1 to 70 characters: multipart/form-data; boundary=…");
        }

        var reader = new MultipartReader(boundary, body);
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                && disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase)
                && HeaderUtilities.RemoveQuotes(disposition.Name).Value is { } name
                && Index().Replace(name, string.Empty).Equals(field, StringComparison.OrdinalIgnoreCase))
            {
                yield return new FormFile(FileName(disposition), name, section.Body);
            }
        }
    }

    private static string? FileName(ContentDispositionHeaderValue disposition)
    {
        // The framework throws if "filename*" has no value.
        var hasStar = disposition.Parameters.Any(static parameter =>
            parameter.Name.Equals("filename*", StringComparison.OrdinalIgnoreCase) && parameter.Value.HasValue);
        var star = hasStar ? disposition.FileNameStar : default;
        var name = HeaderUtilities.RemoveQuotes(star.HasValue ? star : disposition.FileName).Value;
        return string.IsNullOrEmpty(name) ? null : name;
    }

    /// <summary>Whether an exception while reading a form means that the form is malformed.</summary>
    public static bool IsMalformed(Exception exception) =>
        exception is InvalidDataException or (IOException and not BadHttpRequestException);

    /// <summary>The boundary. Many clients leave <c>=</c> or <c>/</c> unquoted, which strict parsers reject.</summary>
    private static string? Boundary(string contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var parsed)
            ? HeaderUtilities.RemoveQuotes(parsed.Boundary).Value
            : UnquotedBoundary().Match(contentType) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"\[\d{0,9}\]$")]
    private static partial Regex Index();

    [GeneratedRegex("""; *boundary="?([^";]+)""", RegexOptions.IgnoreCase)]
    private static partial Regex UnquotedBoundary();
}

/// <summary>One picture of a form.</summary>
/// <param name="FileName">Name of the file; null if the part has none.</param>
/// <param name="Field">Name of the part.</param>
/// <param name="Content">Its content; must be read before the next part.</param>
internal sealed record FormFile(string? FileName, string Field, Stream Content);
