using MaskApi.Hosting.Options;

namespace MaskApi.Annotations;

/// <summary>Keeps records in this process, within a number of bytes: the oldest go when newer ones need their room.</summary>
/// <remarks>
/// Not <c>MemoryCache</c>: a full one refuses what is new, and here what is new matters most. All records live equally long,
/// so the order of arrival is the order of expiry, and one list serves both.
/// </remarks>
internal sealed class MemoryAnnotationStore(AnnotationOptions options, TimeProvider time) : IAnnotationStore
{
    /// <summary>What a record costs beside its bytes: two nodes, a key, a record. An estimate, to bound many tiny ones.</summary>
    private const int Overhead = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byId = [];
    private readonly LinkedList<Entry> _oldestFirst = [];
    private long _bytes;

    /// <summary>Bytes in use, overhead included.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryPutAsync(string id, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        var entry = new Entry(id, record, time.GetTimestamp());
        if (entry.Cost > options.MemoryBytes)
        {
            return ValueTask.FromResult(false);
        }

        lock (_lock)
        {
            while (_oldestFirst.First is { } oldest && (_bytes + entry.Cost > options.MemoryBytes || IsExpired(oldest.Value)))
            {
                Remove(oldest);
            }

            _byId.Add(id, _oldestFirst.AddLast(entry));
            _bytes += entry.Cost;
        }

        return ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> GetAsync(string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_byId.TryGetValue(id, out var node))
            {
                return ValueTask.FromResult<ReadOnlyMemory<byte>?>(null);
            }

            if (IsExpired(node.Value))
            {
                Remove(node);
                return ValueTask.FromResult<ReadOnlyMemory<byte>?>(null);
            }

            return ValueTask.FromResult<ReadOnlyMemory<byte>?>(node.Value.Record);
        }
    }

    private bool IsExpired(Entry entry) => time.GetElapsedTime(entry.Since) >= options.TimeToLive;

    private void Remove(LinkedListNode<Entry> node)
    {
        _oldestFirst.Remove(node);
        _byId.Remove(node.Value.Id);
        _bytes -= node.Value.Cost;
    }

    private readonly record struct Entry(string Id, ReadOnlyMemory<byte> Record, long Since)
    {
        public long Cost => Record.Length + Overhead;
    }
}
