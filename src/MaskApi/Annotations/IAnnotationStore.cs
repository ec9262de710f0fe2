using System.Buffers;
using MaskApi.Problems;

namespace MaskApi.Annotations;

/// <summary>Keeps what is behind the links to annotated pictures, for a while and within bounds; never on the disk.</summary>
internal interface IAnnotationStore
{
    /// <summary>Keeps a record.</summary>
    /// <returns>Whether it was kept; a store that is down or too small says no, and the answer goes out without its link.</returns>
    ValueTask<bool> TryPutAsync(string id, AnnotationRecord record, CancellationToken cancellationToken);

    /// <summary>Finds a record's bytes; null once it has expired, or where it was never there.</summary>
    /// <returns>A copy within the budget of uploads, because it is held while its turn for the work is awaited; owned by the caller.</returns>
    /// <exception cref="ProblemException"><c>overloaded</c>: the budget is used up. <c>not_ready</c>: the store cannot be asked.</exception>
    ValueTask<IMemoryOwner<byte>?> GetAsync(string id, CancellationToken cancellationToken);
}
