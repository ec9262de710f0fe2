using System.Threading.RateLimiting;
using MaskApi.Problems;

namespace MaskApi.Admission;

/// <summary>
/// Admits as many pictures as there are places, queues a bounded number for a bounded time, and refuses the rest at once. Inside a place, a
/// second limiter bounds the pixels that are decoded at the same time.
/// </summary>
internal sealed class AdmissionGate : IDisposable
{
    /// <summary>Weight of the newest picture in the running mean of the service time.</summary>
    private const double Smoothing = 0.1;

    private readonly AdmissionOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrencyLimiter _places;
    private readonly ConcurrencyLimiter _megapixels;
    private readonly int _megapixelLimit;
    private double _meanSeconds = 0.1;

    /// <summary>Creates the gate.</summary>
    public AdmissionGate(AdmissionOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = options.Places,
            QueueLimit = options.QueueLength,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        _megapixelLimit = (int)Math.Min(options.PixelsInFlight / 1_000_000, int.MaxValue);
        _megapixels = CreateMegapixels();
    }

    /// <summary>Pictures waiting for a place.</summary>
    public int QueueLength => (int)_places.GetStatistics()!.CurrentQueuedCount;

    /// <summary>Pictures in work.</summary>
    public int InWork => _options.Places - (int)_places.GetStatistics()!.CurrentAvailablePermits;

    /// <summary>The problem <c>overloaded</c> if the queue is full; otherwise null.</summary>
    public ProblemException? Refusal()
    {
        var statistics = _places.GetStatistics()!;
        return statistics.CurrentAvailablePermits == 0 && statistics.CurrentQueuedCount >= _options.QueueLength
            ? Overloaded("The work queue is full.")
            : null;
    }

    /// <summary>
    /// Creates the limiter for the pictures of a batch. They wait for one another without a timeout, and for other requests as long as
    /// anyone does. Otherwise those of a batch that do not fit into memory together would be refused even on an idle service.
    /// </summary>
    /// <returns>The limiter, for <see cref="EnterAsync(Func{long}, ConcurrencyLimiter?, CancellationToken)"/>; owned by the
    /// caller.</returns>
    public ConcurrencyLimiter CreateBatchLimiter() => CreateMegapixels();

    /// <summary>Waits for a place.</summary>
    /// <param name="pixels">Maximum pixels that the work on the picture holds at the same time.</param>
    /// <param name="batchLimiter">Limiter of the picture's batch; null if it came alone.</param>
    /// <param name="cancellationToken">Leaves the queue.</param>
    /// <returns>The place; dispose of it when the work is done.</returns>
    /// <exception cref="ProblemException"><c>overloaded</c>: the queue is full, or the wait was too long.</exception>
    public ValueTask<Place> EnterAsync(long pixels, ConcurrencyLimiter? batchLimiter, CancellationToken cancellationToken) =>
        EnterAsync(() => pixels, batchLimiter, cancellationToken);

    /// <summary>Waits for a place and learns there how much the picture takes.</summary>
    /// <param name="open">Runs in the place; returns the maximum pixels that the work on the picture holds at the same time.</param>
    /// <param name="batchLimiter">Limiter of the picture's batch; null if it came alone.</param>
    /// <param name="cancellationToken">Leaves the queue.</param>
    /// <returns>The place; dispose of it when the work is done.</returns>
    /// <exception cref="ProblemException"><c>overloaded</c>: the queue is full, or the wait was too long.</exception>
    public async ValueTask<Place> EnterAsync(Func<long> open, ConcurrencyLimiter? batchLimiter, CancellationToken cancellationToken)
    {
        var share = 0;
        var place = await WaitAsync(WeighAsync, cancellationToken);
        if (place is not null)
        {
            return place;
        }

        // The rest of the batch uses all it may. Wait for it without a place, which others can use meanwhile.
        var batchLease = await batchLimiter!.AcquireAsync(share, cancellationToken);
        try
        {
            return (await WaitAsync((entered, token) => TakeAsync(entered, batchLease, token), cancellationToken))!;
        }
        catch
        {
            batchLease.Dispose();
            throw;
        }

        async ValueTask<Place?> WeighAsync(RateLimitLease entered, CancellationToken token)
        {
            // A picture larger than the whole budget works alone instead of never.
            share = (int)Math.Min(((open() - 1) / 1_000_000) + 1, _megapixelLimit);
            var ready = batchLimiter?.AttemptAcquire(share);
            try
            {
                return ready is { IsAcquired: false } ? null : await TakeAsync(entered, ready, token);
            }
            catch
            {
                ready?.Dispose();
                throw;
            }
        }

        async ValueTask<Place?> TakeAsync(RateLimitLease entered, RateLimitLease? batchLease, CancellationToken token) =>
            new(this, entered, await _megapixels.AcquireAsync(share, token), batchLease);
    }

    /// <summary>Waits for a place and runs a step inside it; the place is kept if that returns one.</summary>
    private async ValueTask<Place?> WaitAsync(
        Func<RateLimitLease, CancellationToken, ValueTask<Place?>> inside, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_options.QueueTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        RateLimitLease? entered = null;
        Place? place = null;
        try
        {
            entered = await _places.AcquireAsync(1, either.Token);
            if (!entered.IsAcquired)
            {
                throw Overloaded("The work queue is full.");
            }

            return place = await inside(entered, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Overloaded("Timed out waiting in the queue.", timedOutInQueue: true);
        }
        finally
        {
            if (place is null)
            {
                entered?.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _places.Dispose();
        _megapixels.Dispose();
    }

    private ProblemException Overloaded(string detail, bool timedOutInQueue = false) =>
        new(ProblemKinds.Overloaded, detail) { RetryAfter = RetryAfter(), TimedOutInQueue = timedOutInQueue };

    /// <summary>When today's queue will be done, from the recent mean time per picture.</summary>
    private TimeSpan RetryAfter()
    {
        var statistics = _places.GetStatistics()!;
        var ahead = statistics.CurrentQueuedCount + _options.Places - statistics.CurrentAvailablePermits;
        return TimeSpan.FromSeconds(ahead * Volatile.Read(ref _meanSeconds) / _options.Places);
    }

    // Only holders of a place and members of a batch get here, so the queue cannot outgrow them.
    private ConcurrencyLimiter CreateMegapixels() => new(new ConcurrencyLimiterOptions
    {
        PermitLimit = _megapixelLimit,
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    private void Leave(RateLimitLease place, RateLimitLease memory, RateLimitLease? batchLease, TimeSpan worked)
    {
        // The batch lease comes last: whoever takes it next must find the rest free.
        memory.Dispose();
        place.Dispose();
        batchLease?.Dispose();

        // Two threads may overwrite each other here, which an estimate can bear.
        Volatile.Write(ref _meanSeconds, ((1 - Smoothing) * _meanSeconds) + (Smoothing * worked.TotalSeconds));
    }

    /// <summary>A place in work, held until disposed.</summary>
    internal sealed class Place(AdmissionGate gate, RateLimitLease place, RateLimitLease memory, RateLimitLease? batchLease) : IDisposable
    {
        private readonly long _entered = gate._time.GetTimestamp();
        private int _left;

        /// <summary>Gives the place back.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                gate.Leave(place, memory, batchLease, gate._time.GetElapsedTime(_entered));
            }
        }
    }
}
