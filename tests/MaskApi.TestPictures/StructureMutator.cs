using System.Buffers.Binary;
using System.Text;

namespace MaskApi.TestPictures;

/// <summary>
/// Corrupts the structure of a PNG, JPEG or WebP: order, number, type and content of chunks or segments. Lengths and checksums stay
/// valid, so the damage reaches the parser of each chunk. The same seed gives the same damage.
/// </summary>
public sealed class StructureMutator(int seed)
{
    private static readonly string[] _pngTypes =
        [
            "IHDR", "PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "zTXt",
            "iTXt", "tEXt", "eXIf", "acTL", "fcTL", "fdAT", "sBIT", "bKGD", "IEND",
        ];

    private static readonly string[] _jpegTypes =
        ["02", "BF", "C0", "C1", "C2", "C4", "D0", "D8", "D9", "DA", "DB", "DD", "E0", "E1", "E2", "EE", "FE"];

    private static readonly string[] _webpTypes = ["VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF", "XMP "];

    private readonly Random _random = new(seed);

    /// <summary>A corrupted copy. Files of any other format are returned unchanged.</summary>
    /// <param name="file">The file.</param>
    public byte[] Mutate(byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file switch
        {
            [0x89, (byte)'P', ..] =>
                [.. file[..8], .. Corrupt(PngChunks(file), _pngTypes).SelectMany(static part => PngFiles.Chunk(part.Type, part.Data))],
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => Riff(Corrupt(WebpChunks(file), _webpTypes)),
            [0xFF, 0xD8, ..] => [0xFF, 0xD8, .. Corrupt(JpegSegments(file), _jpegTypes).SelectMany(Segment)],
            _ => file,
        };
    }

    private List<(string Type, byte[] Data)> Corrupt(List<(string Type, byte[] Data)> parts, string[] types)
    {
        for (var count = 1 + _random.Next(3); count > 0 && parts.Count > 0; count--)
        {
            var at = _random.Next(parts.Count);
            var (type, data) = parts[at];
            switch (_random.Next(7))
            {
                case 0:
                    parts.RemoveAt(at);
                    break;
                case 1:
                    parts.Insert(_random.Next(parts.Count + 1), parts[at]);
                    break;
                case 2:
                    var other = _random.Next(parts.Count);
                    (parts[at], parts[other]) = (parts[other], parts[at]);
                    break;
                case 3:
                    parts[at] = (types[_random.Next(types.Length)], data);
                    break;
                case 4:
                    parts[at] = (type, data[..(int)(data.Length * _random.NextDouble())]);
                    break;
                case 5 when data.Length > 0:
                    var changed = (byte[])data.Clone();
                    for (var changes = 1 + _random.Next(4); changes > 0; changes--)
                    {
                        var end = _random.Next(2) == 0 ? Math.Min(32, changed.Length) : changed.Length;
                        changed[_random.Next(end)] = (byte)_random.Next(256);
                    }

                    parts[at] = (type, changed);
                    break;
                default:
                    parts.Insert(_random.Next(parts.Count + 1), (types[_random.Next(types.Length)], Content()));
                    break;
            }
        }

        return parts;
    }

    /// <summary>Metadata: text, compressed or not, an EXIF block, the beginning of a profile, or noise; sometimes truncated.</summary>
    private byte[] Content()
    {
        var noise = new byte[_random.Next(80)];
        _random.NextBytes(noise);
        byte[] content = _random.Next(6) switch
        {
            // The first byte of a zlib stream names method and window; the second holds a checksum and a dictionary flag.
            0 => [(byte)'a', 0, 0, 0x78, (byte)_random.Next(256), .. noise],
            1 => [(byte)'a', 0, 1, 0, 0, 0, 0x78, (byte)_random.Next(256), .. noise],
            2 => [(byte)'a', 0, 0, .. PngFiles.Pack([noise])],
            3 => [.. "Exif\0\0II*\0"u8, (byte)_random.Next(40), 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, (byte)_random.Next(12), .. noise],
            4 => [.. "ICC_PROFILE\0"u8, 1, 1, .. IccProfiles.All.Values.ElementAt(_random.Next(IccProfiles.All.Count))],
            _ => noise,
        };
        return _random.Next(3) == 0 ? content[.._random.Next(content.Length + 1)] : content;
    }

    private static List<(string Type, byte[] Data)> PngChunks(byte[] file)
    {
        var chunks = new List<(string, byte[])>();
        for (var at = 8; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            chunks.Add((Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }

        return chunks;
    }

    private static List<(string Type, byte[] Data)> WebpChunks(byte[] file)
    {
        var chunks = new List<(string, byte[])>();
        for (var at = 12; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
            chunks.Add((Encoding.ASCII.GetString(file, at, 4), file[(at + 8)..(at + 8 + length)]));
            at += 8 + length + (length & 1);
        }

        return chunks;
    }

    private static byte[] Riff(List<(string Type, byte[] Data)> chunks)
    {
        byte[] body = [.. "WEBP"u8, .. chunks.SelectMany(static chunk => WebpFiles.Chunk(chunk.Type, chunk.Data))];
        return WebpFiles.Chunk("RIFF", body);
    }

    /// <summary>Segments by marker. A scan includes its entropy-coded data.</summary>
    private static List<(string Type, byte[] Data)> JpegSegments(byte[] file)
    {
        var segments = new List<(string, byte[])>();
        var at = 2;
        while (at + 4 <= file.Length && file[at] == 0xFF && file[at + 1] != 0xD9)
        {
            var end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
            if (file[at + 1] == 0xDA)
            {
                while (end + 1 < file.Length && (file[end] != 0xFF || file[end + 1] is 0 or (>= 0xD0 and <= 0xD7)))
                {
                    end++;
                }
            }

            segments.Add((((int)file[at + 1]).ToString("X2", null), file[(at + 4)..end]));
            at = end;
        }

        segments.Add(("D9", []));
        return segments;
    }

    private static byte[] Segment((string Type, byte[] Data) segment)
    {
        var marker = Convert.ToByte(segment.Type, 16);
        if (marker is < 0xC0 or (>= 0xD0 and <= 0xD9))
        {
            return [0xFF, marker, .. segment.Data];
        }

        // A scan's length covers just its header: six bytes plus two per component.
        var length = marker == 0xDA && segment.Data is [var components, ..] ? 6 + (2 * components) : segment.Data.Length + 2;
        return [0xFF, marker, (byte)(length >> 8), (byte)length, .. segment.Data];
    }
}
