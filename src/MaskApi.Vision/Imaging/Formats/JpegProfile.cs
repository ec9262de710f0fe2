using System.Buffers.Binary;
using SkiaSharp;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>The color profile of a JPEG (ICC.1:2022, annex B.4).</summary>
internal static class JpegProfile
{
    private const byte Application2 = 0xE2, StartOfScan = 0xDA;

    // A profile is a header, the number of tags, then twelve bytes per tag, starting with its four-letter name.
    private const int HeaderLength = 128, TagLength = 12;

    private static ReadOnlySpan<byte> Signature => "ICC_PROFILE\0"u8;

    /// <summary>
    /// Whether every reader takes the colors for sRGB: there is no profile, or one with nothing but sRGB's curves and primaries.
    /// </summary>
    /// <param name="file">A JPEG file, whole or not.</param>
    internal static bool IsSrgb(ReadOnlySpan<byte> file)
    {
        foreach (var segment in new JpegSegments(file))
        {
            if (segment.Marker == StartOfScan)
            {
                return true;
            }

            if (segment.Marker == Application2 && segment.Data.StartsWith(Signature))
            {
                // Number and count follow. A profile in several parts is larger than any plain sRGB profile.
                return segment.Data[Signature.Length..] is [1, 1, .. var profile] && IsPlainSrgb(profile);
            }
        }

        return true;
    }

    /// <summary>
    /// Asked for the color space of a profile with look-up tables, SkiaSharp answers with what its curves say, or with sRGB if it has none.
    /// Its decoder uses the tables.
    /// </summary>
    private static bool IsPlainSrgb(ReadOnlySpan<byte> profile)
    {
        if (profile.Length < HeaderLength + 4)
        {
            return false;
        }

        var tags = profile[(HeaderLength + 4)..];
        for (var count = BinaryPrimitives.ReadUInt32BigEndian(profile[HeaderLength..]); count > 0; count--, tags = tags[TagLength..])
        {
            if (tags.Length < TagLength || tags.StartsWith("A2B"u8) || tags.StartsWith("D2B"u8) || tags.StartsWith("cicp"u8))
            {
                return false;
            }
        }

        // Null if the library cannot read it. Without the intermediate step, it throws.
        using var parsed = SKColorSpaceIccProfile.Create(profile);
        using var space = parsed is null ? null : SKColorSpace.CreateIcc(parsed);
        return space is { IsSrgb: true };
    }
}
