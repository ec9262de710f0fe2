using System.Buffers;
using System.Runtime.InteropServices;

namespace MaskApi.Uploads;

/// <summary>
/// Memory of an exact size outside the collector's heap. Pooled arrays are up to twice the requested size, which the budget would have to
/// count, and plain arrays would be large objects, which are rarely collected.
/// </summary>
internal sealed unsafe class UploadBlock : MemoryManager<byte>
{
    private readonly UploadBudget.Share _share;
    private byte* _address;
    private int _length;

    /// <summary>Allocates.</summary>
    /// <param name="share">The block's share of the budget; owned by the block.</param>
    /// <param name="length">Number of bytes.</param>
    /// <exception cref="OutOfMemoryException">There is not enough memory.</exception>
    public UploadBlock(UploadBudget.Share share, int length)
    {
        _address = (byte*)NativeMemory.Alloc((nuint)length);
        (_share, _length) = (share, length);
    }

    /// <summary>Releases all but the beginning. Memory handed out before is no longer valid.</summary>
    /// <param name="length">Number of bytes to keep.</param>
    public void Trim(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _length);
        ObjectDisposedException.ThrowIf(_address is null, this);
        _address = (byte*)NativeMemory.Realloc(_address, (nuint)length);
        _length = length;
        _share.Resize(length);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_address is null, this);
        return new Span<byte>(_address, _length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length);
        ObjectDisposedException.ThrowIf(_address is null, this);
        return new MemoryHandle(_address + elementIndex, pinnable: this);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        // Native memory does not move.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_address is not null)
        {
            NativeMemory.Free(_address);
            _address = null;
            _length = 0;
            _share.Dispose();
        }
    }
}
