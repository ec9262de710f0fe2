namespace MaskApi.Uploads;

/// <summary>Tells text bodies from pictures, whatever their content type says.</summary>
internal static class BodyText
{
    /// <summary>How much of a body is searched for the headers of a form's first part.</summary>
    private const int Beginning = 1024;

    /// <summary>Whether a media type is JSON: <c>application/json</c>, <c>text/json</c> or <c>application/…+json</c>.</summary>
    public static bool IsJson(string type) =>
        type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        || type.Equals("text/json", StringComparison.OrdinalIgnoreCase)
        || (type.StartsWith("application/", StringComparison.OrdinalIgnoreCase)
            && type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a media type is a tool's default (curl -d, fetch with a string), or absent.</summary>
    public static bool IsUnspecific(string type) =>
        type.Length == 0
        || type.Equals("text/plain", StringComparison.OrdinalIgnoreCase)
        || type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a body is form-encoded. All of <c>image=</c> and base64 would pass for base64.</summary>
    public static bool IsFormEncoded(ReadOnlySpan<byte> body) => body.StartsWith("image="u8) || body.StartsWith("imageUrl="u8);

    /// <summary>Advises the sender of a body that is plainly not a picture.</summary>
    /// <returns>Which content type to send; null if the body may be a picture.</returns>
    public static string? WhatToSend(ReadOnlySpan<byte> body)
    {
        if (JsonBody.Is(body))
        {
            return "The body is JSON. Send it with Content-Type: application/json.";
        }

        if (body.StartsWith("--"u8) && body[..Math.Min(body.Length, Beginning)].IndexOf("form-data"u8) > 0)
        {
            return "The body is a form. Send it with Content-Type: multipart/form-data; boundary=… and the form's own boundary.";
        }

        if (IsFormEncoded(body))
        {
            return "The body is form-encoded. Send the picture as Content-Type: multipart/form-data, or as application/json in base64.";
        }

        return Base64Text.Is(body)
            ? "The body is text. Send base64 as {\"image\": \"…\"} with Content-Type: application/json."
            : null;
    }
}
