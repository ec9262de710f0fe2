using System.Buffers.Text;
using System.Text.Json;
using MaskApi.Fetching;
using MaskApi.Problems;

namespace MaskApi.Uploads;

/// <summary>The body <c>{"image": "…"}</c> or <c>{"imageUrl": "…"}</c>; base64 is decoded in place.</summary>
internal static class JsonBody
{
    /// <summary>Bytes that a data: prefix, white space and other properties may add.</summary>
    private const int Overhead = 64 * 1024;

    /// <summary>Maximum bytes per character: <c>\u</c> and four digits.</summary>
    private const int MaxEscape = 6;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Maximum bytes of a body that holds a picture of <paramref name="maxImageBytes"/>.</summary>
    public static int MaxBytes(int maxImageBytes) =>
        (int)Math.Min(Base64.GetMaxEncodedToUtf8Length(maxImageBytes) + (long)Overhead, Array.MaxLength);

    /// <summary>Whether bytes start like a JSON object; no picture does.</summary>
    public static bool Is(ReadOnlySpan<byte> body) =>
        (body.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body).TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    /// <summary>Reads the body.</summary>
    /// <param name="body">The body; narrowed to the decoded picture if it holds one.</param>
    /// <returns>The address to fetch; null if the body holds the picture itself.</returns>
    /// <exception cref="ProblemException"><c>image_missing</c>, <c>invalid_body</c> or, for an excessively long address,
    /// <c>url_not_allowed</c>.</exception>
    public static string? Parse(PictureBuffer body)
    {
        if (body.Bytes.Span.StartsWith(ByteOrderMark))
        {
            // RFC 8259, section 8.1: writers must not add a byte order mark, readers may ignore it; some tools do add one.
            body.Narrow(ByteOrderMark.Length, body.Bytes.Length - ByteOrderMark.Length);
        }

        if (body.Bytes.IsEmpty)
        {
            throw new ProblemException(ProblemKinds.ImageMissing, "The body is empty.");
        }

        try
        {
            return ParseObject(body);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: invalid UTF-8 in a string.
            throw new ProblemException(ProblemKinds.InvalidBody, "The body is not a JSON object with 'image' or 'imageUrl'.");
        }
    }

    private static string? ParseObject(PictureBuffer body)
    {
        var json = body.Bytes.Span;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        Range? image = null;
        string? address = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ProblemException(ProblemKinds.InvalidBody, "The body is not a JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isImage = reader.ValueTextEquals("image");
            var isAddress = reader.ValueTextEquals("imageUrl");
            reader.Read();
            if (!isImage && !isAddress)
            {
                reader.Skip();
                continue;
            }

            if (reader.TokenType == JsonTokenType.Null)
            {
                continue;
            }

            if (reader.TokenType != JsonTokenType.String)
            {
                throw new ProblemException(ProblemKinds.InvalidBody, $"'{(isImage ? "image" : "imageUrl")}' is not a string.");
            }

            if (image is not null || address is not null)
            {
                throw new ProblemException(ProblemKinds.InvalidBody, "The body names more than one picture.");
            }

            if (isAddress)
            {
                // Check before making a string: a body has room for one of 50 MB, which no budget counts.
                address = reader.ValueSpan.Length <= RemotePictures.MaxAddressLength * MaxEscape
                    ? reader.GetString()!
                    : throw RemotePictures.AddressTooLong();
            }
            else
            {
                image = Unescape(ref reader, body);
            }
        }

        // Reads to the end: a body that continues after its object is malformed.
        while (reader.Read())
        {
        }

        if (address is not null)
        {
            return address;
        }

        if (image is not { } range)
        {
            throw new ProblemException(ProblemKinds.ImageMissing, "The body has neither 'image' nor 'imageUrl'.");
        }

        Base64Text.Decode(body, range);
        return null;
    }

    /// <summary>
    /// The range of the string's characters. Escapes (some writers send <c>\/</c>) are resolved in place, which only shortens it.
    /// </summary>
    private static Range Unescape(ref Utf8JsonReader reader, PictureBuffer body)
    {
        var start = (int)reader.TokenStartIndex + 1;
        if (!reader.ValueIsEscaped)
        {
            return start..(start + reader.ValueSpan.Length);
        }

        using var copy = body.RentScratch(reader.ValueSpan.Length);
        var length = reader.CopyString(copy.GetSpan());

        // The reader never looks back, and the string ended before its current position.
        copy.GetSpan()[..length].CopyTo(body.Bytes.Span[start..]);
        return start..(start + length);
    }
}
