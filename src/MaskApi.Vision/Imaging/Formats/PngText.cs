using System.Buffers;
using System.IO.Compression;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>
/// Bounds the compressed text of a PNG. This service ignores it, but libpng unpacks it before the picture, up to a thousand chunks of 8 MB,
/// and keeps it all: an 8 MB file took a minute and eight gigabytes before its size in pixels was known.
/// </summary>
internal static class PngText
{
    /// <summary>Maximum bytes that all compressed text of a file may unpack to; libpng allows this much for one chunk.</summary>
    internal const int Limit = 8_000_000;

    private const int BlockLength = 64 * 1024;

    /// <summary>Whether the text of a file unpacks to more than <see cref="Limit"/>.</summary>
    /// <param name="file">A PNG file, whole or not.</param>
    internal static bool ExceedsLimit(ReadOnlySpan<byte> file)
    {
        long length = 0;
        foreach (var chunk in new PngChunks(file))
        {
            if (Packed(chunk) is { IsEmpty: false } packed)
            {
                length += UnpackedLength(packed);
                if (length > Limit)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// The zlib stream in a text chunk (PNG third edition, 11.3.3): in <c>zTXt</c> after keyword and method; in <c>iTXt</c>, if flagged as
    /// compressed, after keyword, flag, method, language and translated keyword. Empty in any other.
    /// </summary>
    private static ReadOnlySpan<byte> Packed(FileChunk chunk)
    {
        if (chunk.Is("zTXt"u8))
        {
            return From(AfterZero(chunk.Data), 1);
        }

        if (!chunk.Is("iTXt"u8))
        {
            return [];
        }

        var flags = AfterZero(chunk.Data);
        return flags is [not 0, ..] ? AfterZero(AfterZero(From(flags, 2))) : [];
    }

    private static ReadOnlySpan<byte> AfterZero(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf((byte)0) is >= 0 and var end ? bytes[(end + 1)..] : [];

    private static ReadOnlySpan<byte> From(ReadOnlySpan<byte> bytes, int start) => bytes.Length > start ? bytes[start..] : [];

    /// <summary>The unpacked size of a stream, as far as it can be unpacked and not much beyond <see cref="Limit"/>.</summary>
    private static unsafe long UnpackedLength(ReadOnlySpan<byte> packed)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockLength);
        long length = 0;
        try
        {
            fixed (byte* bytes = packed)
            {
                using var stream = new UnmanagedMemoryStream(bytes, packed.Length);
                using var zlib = new ZLibStream(stream, CompressionMode.Decompress);
                for (int read; length <= Limit && (read = zlib.Read(block)) > 0;)
                {
                    length += read;
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            // Corrupt from here on, or packed with a dictionary (ZLibException, an IOException); libpng stops at the same place.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return length;
    }
}
