using System.Globalization;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>
/// Counts the scans and segments of a JPEG. Every scan of a progressive file passes over all its coefficients, even if it carries nothing,
/// so a few kilobytes of empty scans keep a decoder busy for minutes ("Two Issues with the JPEG Standard", libjpeg-turbo project, 2015);
/// encoders write about ten. Metadata segments are kept in memory one by one before the size is known: 18 MB of empty ones took three
/// seconds and a gigabyte.
/// </summary>
internal static class JpegStructure
{
    /// <summary>Maximum number of scans; three times what common encoders' progressive scripts use.</summary>
    internal const int MaxScans = 32;

    /// <summary>Maximum number of segments; ten times as many as 20 MB of full ones.</summary>
    internal const int MaxSegments = 4096;

    private const byte StartOfScan = 0xDA, LastHuffmanFrame = 0xC2;

    /// <summary>Bytes of a coefficient in memory.</summary>
    private const int CoefficientLength = 2;

    /// <summary>Why a file is not decoded, in words for its sender; null if it can be.</summary>
    /// <param name="file">A JPEG file, whole or not.</param>
    /// <remarks>
    /// Arithmetic coding (SOF9 on): some builds of libjpeg read it and others do not, and none can tell where data are missing, because a
    /// decoder reads zeros past the end.
    /// </remarks>
    internal static string? Unsupported(ReadOnlySpan<byte> file)
    {
        var segments = 0;
        var scans = 0;
        foreach (var segment in new JpegSegments(file))
        {
            if (segment.Marker == StartOfScan && ++scans > MaxScans)
            {
                return string.Create(CultureInfo.InvariantCulture, $"The JPEG has more than {MaxScans} scans.");
            }

            if (segment.IsFrame && segment.Marker > LastHuffmanFrame)
            {
                return "Arithmetic-coded, lossless and hierarchical JPEGs are not supported. Save it as a baseline or progressive JPEG.";
            }

            if (++segments > MaxSegments)
            {
                return string.Create(CultureInfo.InvariantCulture, $"The JPEG has more than {MaxSegments} segments.");
            }
        }

        return null;
    }

    /// <summary>
    /// Whether every component of the frame is in some scan: decoders silently paint the others gray. True if there is no frame, which no
    /// decoder accepts.
    /// </summary>
    /// <param name="file">A JPEG file, whole or not.</param>
    internal static bool HasEveryComponent(ReadOnlySpan<byte> file)
    {
        var missing = new List<byte>();
        foreach (var segment in new JpegSegments(file))
        {
            var data = segment.Data;
            if (segment.IsFrame && missing.Count == 0 && data.Length > 6)
            {
                for (var at = 6; at < data.Length && missing.Count < data[5]; at += 3)
                {
                    missing.Add(data[at]);
                }
            }
            else if (segment.Marker == StartOfScan)
            {
                for (var at = 1; data.Length > 0 && at <= 2 * data[0] && at < data.Length; at += 2)
                {
                    missing.Remove(data[at]);
                }

                if (missing.Count == 0)
                {
                    return true;
                }
            }
        }

        return missing.Count == 0;
    }

    /// <summary>
    /// Bytes a pixel for coefficients that are kept until the last scan. A file whose first scan does not carry the whole picture must be
    /// decoded as a whole, even at a fraction of its size. 0 for a file of one scan.
    /// </summary>
    /// <param name="file">A JPEG file, whole or not.</param>
    internal static float CoefficientBytes(ReadOnlySpan<byte> file)
    {
        var (inOneScan, bytes) = (0, 0f);
        foreach (var segment in new JpegSegments(file))
        {
            if (segment.Marker == StartOfScan)
            {
                // T.81, B.2.3: it starts with the number of its components.
                return segment.Data is [var inScan, ..] && inScan == inOneScan ? 0 : bytes;
            }

            if (segment.IsFrame && segment.Data is [_, _, _, _, _, var count, ..] && segment.Data.Length >= 6 + (3 * count))
            {
                inOneScan = segment.IsProgressive ? -1 : count;
                bytes = CoefficientLength * SamplesPerPixel(segment.Data.Slice(6, 3 * count));
            }
        }

        return bytes;
    }

    /// <summary>
    /// The components of a frame (T.81, B.2.2: identifier, sampling factors, table). The most sampled one has one sample a pixel.
    /// </summary>
    private static float SamplesPerPixel(ReadOnlySpan<byte> components)
    {
        var (sum, wide, high) = (0, 1, 1);
        for (; components.Length >= 3; components = components[3..])
        {
            var (across, down) = (components[1] >> 4, components[1] & 15);
            sum += across * down;
            (wide, high) = (Math.Max(wide, across), Math.Max(high, down));
        }

        return (float)sum / (wide * high);
    }
}
