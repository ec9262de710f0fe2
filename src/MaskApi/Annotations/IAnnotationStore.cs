using System.Buffers;
using MaskApi.Problems;

namespace MaskApi.Annotations;

/// <summary>Keeps what is behind the links to annotated pictures, for a while and within bounds; never on disk.</summary>
internal interface IAnnotationStore
{
    /// <summary>Stores a record.</summary>
    /// <returns>Whether it was stored. If the store is down or too small, the answer goes out without its link.</returns>
    ValueTask<bool> TryPutAsync(string id, AnnotationRecord record, CancellationToken cancellationToken);

    /// <summary>Finds a record; null if it expired or never existed.</summary>
    /// <returns>A copy, charged to the upload budget because it waits for its place in work; owned by the caller.</returns>
    /// <exception cref="ProblemException"><c>overloaded</c>: the budget is used up. <c>not_ready</c>: the store is unreachable.</exception>
    ValueTask<IMemoryOwner<byte>?> GetAsync(string id, CancellationToken cancellationToken);
}
