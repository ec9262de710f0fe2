using System.Buffers;
using MaskApi.Hosting.Options;
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
internal sealed class MemoryAnnotationStore(AnnotationOptions options, UploadBudget budget, TimeProvider time) : IAnnotationStore
{
    /// <summary>
    /// Records begin at multiples of this. It bounds their number, and thereby the index beside the ring (about 250 bytes each)
    /// to a quarter of it, however small the pictures.
    /// </summary>
    private const int Grain = 1024;

    private readonly byte[] _ring = GC.AllocateUninitializedArray<byte>((int)options.MemoryBytes);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _byId = [];
    private readonly Queue<Entry> _oldestFirst = [];
    private int _next;

    /// <summary>Number of records kept, those included that have expired and were not asked for since.</summary>
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
            var entry = new Entry(id, MakeRoom(length), length, time.GetTimestamp());
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

            var copy = budget.Rent(entry.Length);
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
        while (_oldestFirst.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since) >= options.TimeToLive)
        {
            RemoveOldest();
        }
    }

    private void RemoveOldest() => _byId.Remove(_oldestFirst.Dequeue().Id);

    private readonly record struct Entry(string Id, int Start, int Length, long Since);
}
