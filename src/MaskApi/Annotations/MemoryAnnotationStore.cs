using System.Buffers;
using MaskApi.Uploads;

namespace MaskApi.Annotations;

/// <summary>Keeps records in this process, in one ring buffer of fixed size; new records overwrite the oldest.</summary>
/// <remarks>
/// All records live equally long, so arrival order is expiry order and one queue serves both. Most pictures exceed 85,000 bytes, so an
/// array for each would be a large object, collected only with everything else: 64 MiB of links took 190 MB. The ring is allocated once and
/// never moves; pages never written take no memory.
/// </remarks>
internal sealed class MemoryAnnotationStore : IAnnotationStore, IDisposable
{
    /// <summary>
    /// Records start at multiples of this. It bounds their number, and thereby the index beside the ring (about 250 bytes each) to a
    /// quarter of it, however small the pictures.
    /// </summary>
    private const int Grain = 1024;

    /// <summary>How often expired records are wiped while nobody calls.</summary>
    private static readonly TimeSpan _wipeEvery = TimeSpan.FromSeconds(30);

    private readonly AnnotationOptions _options;
    private readonly UploadBudget _budget;
    private readonly TimeProvider _time;
    private readonly ITimer _wiping;
    private readonly byte[] _ring;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _byId = [];
    private readonly Queue<Entry> _oldestFirst = [];
    private int _next;

    /// <summary>Creates the store.</summary>
    public MemoryAnnotationStore(AnnotationOptions options, UploadBudget budget, TimeProvider time)
    {
        (_options, _budget, _time) = (options, budget, time);
        _ring = GC.AllocateUninitializedArray<byte>((int)options.RingBytes);
        _wiping = time.CreateTimer(_ => Wipe(), null, _wipeEvery, _wipeEvery);
    }

    /// <summary>Number of records.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _oldestFirst.Count;
            }
        }
    }

    /// <summary>Everything in memory, for the test that nothing outlives its time.</summary>
    internal ReadOnlySpan<byte> Ring => _ring;

    /// <inheritdoc/>
    public void Dispose() => _wiping.Dispose();

    /// <inheritdoc/>
    public ValueTask<bool> TryPutAsync(string id, AnnotationRecord record, CancellationToken cancellationToken)
    {
        var length = record.Length;
        if (length > _ring.Length)
        {
            return ValueTask.FromResult(false);
        }

        // Copying inside the lock takes microseconds (4 ms for the largest picture), little beside the milliseconds of work on each. In
        // return, nothing is read or written after it was overwritten.
        lock (_lock)
        {
            RemoveExpired();
            var entry = new Entry(id, MakeRoom(length), length, _time.GetTimestamp());
            record.Write(_ring.AsSpan(entry.Start, length));
            _byId.Add(id, entry);
            _oldestFirst.Enqueue(entry);
            _next = (int)Math.Min(_ring.Length, ((((long)entry.Start + length - 1) / Grain) + 1) * Grain);
        }

        return ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public ValueTask<IMemoryOwner<byte>?> GetAsync(string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            RemoveExpired();
            if (!_byId.TryGetValue(id, out var entry))
            {
                return ValueTask.FromResult<IMemoryOwner<byte>?>(null);
            }

            var copy = _budget.Rent(entry.Length);
            _ring.AsSpan(entry.Start, entry.Length).CopyTo(copy.Memory.Span);
            return ValueTask.FromResult<IMemoryOwner<byte>?>(copy);
        }
    }

    /// <summary>Removes the oldest records until there is room for one more.</summary>
    /// <returns>Where the room starts.</returns>
    private int MakeRoom(int length)
    {
        if (_oldestFirst.Count == 0)
        {
            _next = 0;
        }

        if (length > _ring.Length - _next)
        {
            // Too long for the rest of the ring: it starts over, and what lies in between is the oldest.
            RemoveBetween(_next, _ring.Length);
            _next = 0;
        }

        RemoveBetween(_next, _next + length);
        return _next;
    }

    private void RemoveBetween(int from, int to)
    {
        while (_oldestFirst.TryPeek(out var oldest) && oldest.Start >= from && oldest.Start < to)
        {
            RemoveOldest();
        }
    }

    private void RemoveExpired()
    {
        while (_oldestFirst.TryPeek(out var oldest) && _time.GetElapsedTime(oldest.Since) >= _options.TimeToLive)
        {
            RemoveOldest();
        }
    }

    /// <summary>Removes the oldest record and wipes its bytes: pictures of people must not linger.</summary>
    private void RemoveOldest()
    {
        var entry = _oldestFirst.Dequeue();
        _byId.Remove(entry.Id);
        _ring.AsSpan(entry.Start, entry.Length).Clear();
    }

    private void Wipe()
    {
        lock (_lock)
        {
            RemoveExpired();
        }
    }

    private readonly record struct Entry(string Id, int Start, int Length, long Since);
}
