using System.Buffers;
using System.Threading.RateLimiting;
using MaskApi.Admission;
using MaskApi.Problems;

namespace MaskApi.Uploads;

/// <summary>
/// Bounds the bytes of pictures that are held in memory on their way in and out, over all requests. An upload takes its share as it
/// grows, so a caller who announces much and sends little holds little.
/// </summary>
internal sealed class UploadBudget : IDisposable
{
    /// <summary>A permit of the limiter is this many bytes, because permits are counted in <see cref="int"/>.</summary>
    public const int Unit = 4096;

    private readonly int _limit;
    private readonly ConcurrencyLimiter _units;

    /// <summary>Sets the budget up.</summary>
    public UploadBudget(AdmissionOptions options)
    {
        _limit = (int)Math.Min(options.MaxBytesInFlight / Unit, int.MaxValue);
        _units = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = _limit, QueueLimit = 0 });
    }

    /// <summary>Bytes held now.</summary>
    public long InFlight => (_limit - _units.GetStatistics()!.CurrentAvailablePermits) * Unit;

    /// <summary>Takes a share without waiting.</summary>
    /// <param name="bytes">Size of the share; rounded up to <see cref="Unit"/>. More than the whole budget is all of it.</param>
    /// <exception cref="ProblemException"><c>overloaded</c>: the budget is used up.</exception>
    public IDisposable Take(int bytes)
    {
        var units = Math.Min(((bytes - 1) / Unit) + 1, _limit);
        if (_units.AttemptAcquire(units) is { IsAcquired: true } lease)
        {
            return lease;
        }

        throw new ProblemException(ProblemKinds.Overloaded, "Too many bytes are on their way in and out at this moment.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };
    }

    /// <summary>Rents pooled memory within the budget.</summary>
    /// <param name="bytes">How many bytes.</param>
    /// <returns>Exactly as many, with any content; owned by the caller.</returns>
    /// <exception cref="ProblemException"><c>overloaded</c>: the budget is used up.</exception>
    public IMemoryOwner<byte> Rent(int bytes) => new Block(Take(bytes), bytes);

    /// <inheritdoc/>
    public void Dispose() => _units.Dispose();

    private sealed class Block(IDisposable share, int length) : IMemoryOwner<byte>
    {
        private byte[]? _array = ArrayPool<byte>.Shared.Rent(length);

        public Memory<byte> Memory => (_array ?? throw new ObjectDisposedException(nameof(Block))).AsMemory(0, length);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _array, null) is { } array)
            {
                ArrayPool<byte>.Shared.Return(array);
                share.Dispose();
            }
        }
    }
}
