using System.Buffers;
using System.Buffers.Text;
using System.Text;
using MaskApi.Problems;

namespace MaskApi.Uploads;

/// <summary>Pictures sent as text: base64 of either alphabet (RFC 4648), padded or not, wrapped or not, or a data: URL.</summary>
internal static class Base64Text
{
    /// <summary>Longest prefix <c>data:image/jpeg;charset=…;base64,</c> that is recognized.</summary>
    private const int MaxPrefix = 256;

    /// <summary>No picture is shorter in base64. Without a minimum, any word would pass for a picture.</summary>
    private const int MinLength = 40;

    private static readonly SearchValues<byte> _characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_= \t\r\n"u8);

    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

    /// <summary>Whether bytes are such a text. No picture file is: each has header bytes that base64 cannot contain.</summary>
    public static bool Is(ReadOnlySpan<byte> bytes) =>
        IsDataUrl(bytes) || (bytes.Length >= MinLength && !bytes.ContainsAnyExcept(_characters));

    /// <summary>Decodes the text in place and narrows the buffer to the picture.</summary>
    /// <param name="body">The buffer that holds the text.</param>
    /// <param name="range">Where in <paramref name="body"/> the text lies.</param>
    /// <exception cref="ProblemException"><c>invalid_body</c> or <c>image_missing</c>.</exception>
    public static void Decode(PictureBuffer body, Range range)
    {
        var (start, length) = range.GetOffsetAndLength(body.Bytes.Length);
        var text = body.Bytes.Span.Slice(start, length);
        if (IsDataUrl(text))
        {
            var white = text.Length - text.TrimStart(WhiteSpace).Length;
            var comma = text[..Math.Min(text.Length, white + MaxPrefix)].IndexOf((byte)',');
            if (comma < 0 || !EndsWith(text[..comma], ";base64"u8))
            {
                throw new ProblemException(ProblemKinds.InvalidBody, "The data: prefix of 'image' does not end in ';base64,'.");
            }

            start += comma + 1;
            text = text[(comma + 1)..];
        }

        // Convert to the URL-safe alphabet, whose decoder does not require padding.
        text.Replace((byte)'+', (byte)'-');
        text.Replace((byte)'/', (byte)'_');
        int written;
        try
        {
            written = Base64Url.DecodeFromUtf8InPlace(text);
        }
        catch (FormatException)
        {
            throw new ProblemException(ProblemKinds.InvalidBody, "'image' is not valid base64.");
        }

        if (written == 0)
        {
            throw new ProblemException(ProblemKinds.ImageMissing, "'image' is empty.");
        }

        body.Narrow(start, written);
    }

    // Scheme names (RFC 3986, section 3.1) and the word base64 are case-insensitive.
    private static bool IsDataUrl(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(WhiteSpace);
        return text.Length >= 5 && Ascii.EqualsIgnoreCase(text[..5], "data:"u8);
    }

    private static bool EndsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> suffix) =>
        text.Length >= suffix.Length && Ascii.EqualsIgnoreCase(text[^suffix.Length..], suffix);
}
