using System.Buffers;
using MaskApi.Uploads;

namespace MaskApi.Annotations;

/// <summary>
/// Keeps records in this process, in one ring of a fixed number of bytes: what is new is written over what is oldest.
/// </summary>
/// <remarks>
/// All records live equally long, so the order of arrival is the order of expiry, and one queue serves both. A picture is
/// larger than 85,000 bytes more often than not, so that an array for each would lie in the large object heap, whose garbage
/// is only collected with everything else: 64 MiB of links took 190 MB. The ring is allocated once and never moves; pages of
/// it that were never written take no memory.
/// </remarks>
internal sealed class MemoryAnnotationStore : IAnnotationStore, IDisposable
{
    /// <summary>
    /// Records begin at multiples of this. It bounds their number, and thereby the index beside the ring (about 250 bytes each)
    /// to a quarter of it, however small the pictures.
    /// </summary>
    private const int Grain = 1024;

    /// <summary>How often what has expired is wiped while nobody calls.</summary>
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

    /// <summary>Sets the ring up.</summary>
    public MemoryAnnotationStore(AnnotationOptions options, UploadBudget budget, TimeProvider time)
    {
        (_options, _budget, _time) = (options, budget, time);
        _ring = GC.AllocateUninitializedArray<byte>((int)options.MemoryBytes);
        _wiping = time.CreateTimer(_ => Wipe(), null, _wipeEvery, _wipeEvery);
    }

    /// <summary>Number of records kept.</summary>
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

    /// <summary>All that is in memory, for the test that nothing outlives its time.</summary>
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

        // Copying inside the lock takes microseconds (4 ms for the largest picture), against the milliseconds that each took in
        // work; nothing then ever reads or writes what has been overwritten.
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
    /// <returns>Where the room begins.</returns>
    private int MakeRoom(int length)
    {
        if (_oldestFirst.Count == 0)
        {
            _next = 0;
        }

        if (length > _ring.Length - _next)
        {
            // Too long for what is left up to the end: it begins at the start again, and what lies in between is the oldest.
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

    /// <summary>Removes the oldest record, and its bytes too: a picture of people is not left lying about.</summary>
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
