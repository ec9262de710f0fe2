using MaskApi.Admission;
using MaskApi.Problems;

namespace MaskApi.Uploads;

/// <summary>
/// Bounds the bytes of pictures in memory, incoming and outgoing, over all requests. An upload's share grows as it arrives, so a caller who
/// announces much and sends little holds little.
/// </summary>
internal sealed class UploadBudget(AdmissionOptions options)
{
    private readonly long _limit = options.BytesInFlight;
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long InFlight => Interlocked.Read(ref _held);

    /// <summary>Takes a share without waiting.</summary>
    /// <param name="bytes">Size of the share, clamped to the whole budget.</param>
    /// <param name="beside">Bytes that the same request already holds; the share is clamped to what they leave.</param>
    /// <exception cref="ProblemException"><c>overloaded</c>: the budget is used up.</exception>
    public Share Take(long bytes, long beside = 0)
    {
        var charged = Math.Min(bytes, Math.Max(0, _limit - beside));
        if (Interlocked.Add(ref _held, charged) <= _limit)
        {
            return new Share(this, charged);
        }

        Interlocked.Add(ref _held, -charged);
        throw ProblemException.OutOfMemory("Too many bytes are in transit right now.");
    }

    /// <summary>Allocates memory within the budget.</summary>
    /// <param name="bytes">How many bytes.</param>
    /// <returns>Exactly that many, with undefined content; owned by the caller.</returns>
    /// <exception cref="ProblemException"><c>overloaded</c>: the budget is used up.</exception>
    public UploadBlock Rent(int bytes)
    {
        var share = Take(bytes);
        try
        {
            return new UploadBlock(share, bytes);
        }
        catch
        {
            share.Dispose();
            throw;
        }
    }

    /// <summary>Bytes held by someone, released when disposed.</summary>
    internal sealed class Share(UploadBudget budget, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        /// <summary>Corrects the share to what is really held. Never refused: the memory is already there.</summary>
        public void Resize(long bytes) => Interlocked.Add(ref budget._held, bytes - Interlocked.Exchange(ref _bytes, bytes));

        /// <inheritdoc/>
        public void Dispose() => Resize(0);
    }
}
