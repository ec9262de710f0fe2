namespace MaskApi.TestPictures;

/// <summary>JPEG files, written segment by segment (ITU-T T.81, annex B).</summary>
public static class JpegFiles
{
    private const byte QuantizationTable = 0xDB, BaselineFrame = 0xC0, ProgressiveFrame = 0xC2, HuffmanTable = 0xC4, Scan = 0xDA;

    /// <summary>Longest run of blocks without a coefficient that one code can represent.</summary>
    private const int MaxRun = 0x7FFF;

    /// <summary>Adds a segment right after the start of a file.</summary>
    public static byte[] WithSegment(byte[] jpeg, byte marker, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(jpeg);
        return [.. jpeg[..2], .. Segment(marker, content), .. jpeg[2..]];
    }

    /// <summary>
    /// A complete and valid progressive JPEG of uniform gray whose scans add nothing. Each scan takes a few bytes, yet costs the decoder
    /// a pass over every coefficient of the picture.
    /// </summary>
    /// <param name="width">Width in pixels; a multiple of 8.</param>
    /// <param name="height">Height in pixels; a multiple of 8.</param>
    /// <param name="scans">Number of scans; the first holds the mean of each block.</param>
    public static byte[] ProgressiveBomb(int width, int height, int scans)
    {
        var blocks = width / 8 * (height / 8);
        using var file = new MemoryStream();
        file.Write([0xFF, 0xD8]);
        file.Write(Segment(QuantizationTable, [0, .. Enumerable.Repeat((byte)1, 64)]));
        file.Write(Segment(
            ProgressiveFrame, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0]));

        // Each table has one code of one bit, 0: "no difference" for the mean, "a run of at least 2^14 blocks ends" for the rest.
        file.Write(Segment(HuffmanTable, [0x00, 1, .. new byte[15], 0x00]));
        file.Write(Segment(HuffmanTable, [0x10, 1, .. new byte[15], 0xE0]));
        file.Write(Segment(Scan, [1, 1, 0x00, 0, 0, 0x00]));
        file.Write(Pack(Enumerable.Repeat((0, 1), blocks)));

        // The first scan brings all bits above the thirteenth, and the next ones refine bit by bit. A decoder accepts that
        // no bit is ever set and that the last bit is refined again and again.
        var runs = Pack(Runs(blocks));
        for (var scan = 1; scan < scans; scan++)
        {
            var low = Math.Max(0, 13 - scan + 1);
            var high = scan == 1 ? 0 : low + 1;
            file.Write(Segment(Scan, [1, 1, 0x00, 1, 63, (byte)((high << 4) | low)]));
            file.Write(runs);
        }

        file.Write([0xFF, 0xD9]);
        return file.ToArray();
    }

    /// <summary>A complete and valid baseline JPEG of one gray, whose three components each have a scan of their own.</summary>
    /// <param name="width">Width in pixels; a multiple of 8.</param>
    /// <param name="height">Height in pixels; a multiple of 8.</param>
    public static byte[] InScansOfOneComponent(int width, int height)
    {
        // One code of one bit, 0, in each table: "no difference" for the mean, "nothing more in this block" for the rest.
        byte[] file =
        [
            0xFF, 0xD8,
            .. Segment(QuantizationTable, [0, .. Enumerable.Repeat((byte)1, 64)]),
            .. Segment(
                BaselineFrame,
                [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]),
            .. Segment(HuffmanTable, [0x00, 1, .. new byte[15], 0x00]),
            .. Segment(HuffmanTable, [0x10, 1, .. new byte[15], 0x00]),
        ];
        var data = Pack(Enumerable.Repeat((0, 2), width / 8 * (height / 8)));
        foreach (byte component in (byte[])[1, 2, 3])
        {
            file = [.. file, .. Segment(Scan, [1, component, 0x00, 0, 63, 0]), .. data];
        }

        return [.. file, 0xFF, 0xD9];
    }

    private static byte[] Segment(byte marker, byte[] content)
    {
        var length = content.Length + 2;
        return [0xFF, marker, (byte)(length >> 8), (byte)length, .. content];
    }

    /// <summary>Runs until every block has ended: the code 0, then 14 bits for the length beyond 2^14.</summary>
    private static IEnumerable<(int Bits, int Count)> Runs(int blocks)
    {
        for (var left = blocks; left > 0; left -= MaxRun)
        {
            yield return (0, 1);
            yield return (Math.Max(0, Math.Min(left, MaxRun) - (1 << 14)), 14);
        }
    }

    /// <summary>Packs bits as entropy-coded bytes: a zero after each FF, ones at the end.</summary>
    private static byte[] Pack(IEnumerable<(int Bits, int Count)> codes)
    {
        var bytes = new List<byte>();
        int pending = 0, count = 0;
        foreach (var (bits, length) in codes.Append((0x7F, 7)))
        {
            pending = (pending << length) | bits;
            count += length;
            while (count >= 8)
            {
                count -= 8;
                var next = (byte)(pending >> count);
                bytes.Add(next);
                if (next == 0xFF)
                {
                    bytes.Add(0);
                }

                pending &= (1 << count) - 1;
            }
        }

        return [.. bytes];
    }
}
