using MaskApi.Problems;

namespace MaskApi.Uploads;

/// <summary>Reads a request's body up to a limit, whatever length was announced.</summary>
/// <param name="request">The request.</param>
/// <param name="limit">Maximum bytes.</param>
/// <param name="tooLarge">Creates the problem if there are more.</param>
internal sealed class LimitedStream(HttpRequest request, long limit, Func<ProblemException> tooLarge) : Stream
{
    private long _read;
    private long _limit = limit;

    /// <summary>Raises the limit.</summary>
    public void Raise(long bytes) => _limit += bytes;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The first read asks a caller that waits for it (100 Continue) to send the body.
        BodyDrain.Expect(request.HttpContext);
        var read = await request.Body.ReadAsync(buffer, cancellationToken);
        _read += read;
        return _read <= _limit ? read : throw tooLarge();
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
