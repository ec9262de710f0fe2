using System.Buffers.Binary;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>Enumerates the chunks of a PNG up to the first incomplete one (PNG third edition, 5.3).</summary>
/// <param name="file">A PNG file, whole or not.</param>
internal ref struct PngChunks(ReadOnlySpan<byte> file)
{
    private const int SignatureLength = 8;

    /// <summary>Length, type and checksum around a chunk's data, four bytes each.</summary>
    private const int Frame = 12;

    private ReadOnlySpan<byte> _rest = file.Length > SignatureLength ? file[SignatureLength..] : [];

    /// <summary>The current chunk.</summary>
    public FileChunk Current { get; private set; }

    /// <summary>Makes foreach work.</summary>
    public readonly PngChunks GetEnumerator() => this;

    /// <summary>Moves to the next chunk.</summary>
    /// <returns>Whether there is one.</returns>
    public bool MoveNext()
    {
        if (_rest.Length < Frame || BinaryPrimitives.ReadUInt32BigEndian(_rest) is var length && length > _rest.Length - Frame)
        {
            return false;
        }

        Current = new FileChunk(_rest.Slice(4, 4), _rest.Slice(8, (int)length));
        _rest = _rest[(Frame + (int)length)..];
        return true;
    }
}
