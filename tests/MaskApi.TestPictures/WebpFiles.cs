using System.Buffers.Binary;
using System.Text;
using SkiaSharp;

namespace MaskApi.TestPictures;

/// <summary>WebP files, written chunk by chunk.</summary>
public static class WebpFiles
{
    /// <summary>Turns a simple file (RIFF, size, WEBP, pixels) into an extended one.</summary>
    /// <param name="file">The simple file.</param>
    /// <param name="flags">The flags of its first chunk, VP8X.</param>
    /// <param name="before">Chunks before the pixels.</param>
    /// <param name="after">Chunks after the pixels.</param>
    public static byte[] Extended(byte[] file, byte flags, (string Type, byte[] Data)[] before, (string Type, byte[] Data)[] after)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var codec = SKCodec.Create(new MemoryStream(file));
        var head = new byte[10];
        head[0] = flags;
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(4), (ushort)(codec.Info.Width - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(7), (ushort)(codec.Info.Height - 1));
        return Chunk(
            "RIFF",
            [
                .. "WEBP"u8,
                .. Chunk("VP8X", head),
                .. before.SelectMany(static chunk => Chunk(chunk.Type, chunk.Data)),
                .. file[12..],
                .. after.SelectMany(static chunk => Chunk(chunk.Type, chunk.Data)),
            ]);
    }

    /// <summary>A chunk: type, length and data, padded to an even length.</summary>
    public static byte[] Chunk(string type, byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, data.Length);
        return [.. Encoding.ASCII.GetBytes(type), .. size, .. data, .. new byte[data.Length % 2]];
    }
}
