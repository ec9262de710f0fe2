using System.Globalization;

namespace MaskApi.Vision.Imaging;

/// <summary>
/// Counts the scans and the segments of a JPEG. Every scan of a progressive file is a pass over all its coefficients, whether it
/// brings a bit or none, so a few kilobytes of empty scans keep a decoder busy for minutes ("Two Issues with the JPEG Standard",
/// libjpeg-turbo project, 2015); encoders write about ten. Segments of metadata are kept in memory one by one, before the size of
/// the picture is known: 18 MB of empty ones took three seconds and a gigabyte.
/// </summary>
internal static class JpegStructure
{
    /// <summary>Most scans that are decoded; three times what common encoders' progressive scripts use.</summary>
    internal const int MaxScans = 32;

    /// <summary>Most segments that are read; ten times as many as 20 MB of full ones.</summary>
    internal const int MaxSegments = 4096;

    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    /// <summary>What a file has too many of, as words for its sender; null when it may be decoded.</summary>
    /// <param name="file">A JPEG file, whole or not.</param>
    internal static string? Excess(ReadOnlySpan<byte> file)
    {
        var segments = 0;
        var scans = 0;
        var position = 2;
        while (position < file.Length)
        {
            // Entropy-coded data and anything stray is skipped up to the next marker: FF followed by neither
            // a stuffed zero, a restart marker (D0–D7) nor fill (FF). T.81, B.1.1.
            var offset = file[position..].IndexOf((byte)0xFF);
            if (offset < 0 || position + offset + 1 >= file.Length)
            {
                return null;
            }

            position += offset + 1;
            var marker = file[position];
            if (marker == EndOfImage)
            {
                return null;
            }

            if (marker is 0xFF)
            {
                continue;
            }

            position++;
            if (marker is 0x00 or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            if (marker == StartOfScan && ++scans > MaxScans)
            {
                return string.Create(CultureInfo.InvariantCulture, $"The JPEG has more than {MaxScans} scans.");
            }

            if (++segments > MaxSegments)
            {
                return string.Create(CultureInfo.InvariantCulture, $"The JPEG has more than {MaxSegments} segments.");
            }

            if (position + 2 > file.Length)
            {
                return null;
            }

            position += (file[position] << 8) | file[position + 1];
        }

        return null;
    }
}
