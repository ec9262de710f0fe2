using System.Buffers.Binary;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>Enumerates the chunks of a WebP, the last one as far as present (RFC 9649, 2.3 and 2.4).</summary>
/// <param name="file">A WebP file, whole or not.</param>
internal ref struct WebpChunks(ReadOnlySpan<byte> file)
{
    private const int FileHeader = 12, ChunkHeader = 8;

    private ReadOnlySpan<byte> _rest = file.Length > FileHeader ? file[FileHeader..] : [];

    /// <summary>The current chunk.</summary>
    public FileChunk Current { get; private set; }

    /// <summary>Makes foreach work.</summary>
    public readonly WebpChunks GetEnumerator() => this;

    /// <summary>Moves to the next chunk.</summary>
    /// <returns>Whether there is one.</returns>
    public bool MoveNext()
    {
        if (_rest.Length < ChunkHeader)
        {
            return false;
        }

        long length = BinaryPrimitives.ReadUInt32LittleEndian(_rest[4..]);
        Current = new FileChunk(_rest[..4], _rest.Slice(ChunkHeader, (int)Math.Min(length, _rest.Length - ChunkHeader)));

        // Chunks are padded to an even length.
        _rest = _rest[(int)Math.Min(ChunkHeader + ((length + 1) & ~1L), _rest.Length)..];
        return true;
    }
}
