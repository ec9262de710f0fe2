using System.Runtime.CompilerServices;
using MaskApi.Detections;
using MaskApi.Problems;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace MaskApi.Uploads;

/// <summary>
/// The files of a form, one after the other as they arrive. The framework's own form reader is not used because it puts
/// files above 64 KiB on the disk.
/// </summary>
internal static class FormFiles
{
    /// <summary>Bytes that boundaries, headers and other fields may add to the pictures.</summary>
    public const int Overhead = 64 * 1024;

    /// <summary>Longest boundary: RFC 2046, section 5.1.1, allows 70.</summary>
    private const int MaxBoundary = 70;

    /// <summary>Reads the files of one field; whatever else the form holds is skipped.</summary>
    /// <param name="body">The form.</param>
    /// <param name="contentType">Its media type, with the boundary.</param>
    /// <param name="field">Name of the field.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProblemException"><c>invalid_body</c>: no boundary.</exception>
    /// <remarks>A malformed or incomplete form ends in an exception of which <see cref="IsMalformed"/> is true.</remarks>
    public static async IAsyncEnumerable<FileMultipartSection> ReadAsync(
        Stream body,
        MediaTypeHeaderValue contentType,
        string field,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var boundary = HeaderUtilities.RemoveQuotes(contentType.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundary)
        {
            throw new ProblemException(ProblemKinds.InvalidBody, "The form's Content-Type needs a boundary of 1 to 70 characters.");
        }

        var reader = new MultipartReader(boundary, body);
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                && disposition.IsFileDisposition()
                && HeaderUtilities.RemoveQuotes(disposition.Name).Equals(field, StringComparison.OrdinalIgnoreCase))
            {
                yield return new FileMultipartSection(section, disposition);
            }
        }
    }

    /// <summary>Whether an exception while reading a form means that the form is at fault.</summary>
    public static bool IsMalformed(Exception exception) =>
        exception is InvalidDataException or (IOException and not BadHttpRequestException);
}
