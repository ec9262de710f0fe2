using System.Buffers.Binary;

namespace MaskApi.Vision.Imaging.Formats;

/// <summary>The chunks of a PNG, one after the other, up to the first that is not there in full (PNG third edition, 5.3).</summary>
/// <param name="file">A PNG file, whole or not.</param>
internal ref struct PngChunks(ReadOnlySpan<byte> file)
{
    private const int SignatureLength = 8;

    /// <summary>Length, type and checksum around a chunk's data, four bytes each.</summary>
    private const int Frame = 12;

    private ReadOnlySpan<byte> _rest = file.Length > SignatureLength ? file[SignatureLength..] : [];

    /// <summary>The chunk that was reached.</summary>
    public FileChunk Current { get; private set; }

    /// <summary>For foreach.</summary>
    public readonly PngChunks GetEnumerator() => this;

    /// <summary>Goes to the next chunk.</summary>
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
