namespace MaskApi.Annotations;

/// <summary>Keeps what is behind the links to annotated pictures, for a while and within bounds; never on the disk.</summary>
internal interface IAnnotationStore
{
    /// <summary>Keeps a record.</summary>
    /// <returns>Whether it was kept; a store that is down or too small says no, and the answer goes out without its link.</returns>
    ValueTask<bool> TryPutAsync(string id, ReadOnlyMemory<byte> record, CancellationToken cancellationToken);

    /// <summary>Finds a record; null once it has expired, was never there, or cannot be reached.</summary>
    ValueTask<ReadOnlyMemory<byte>?> GetAsync(string id, CancellationToken cancellationToken);
}
