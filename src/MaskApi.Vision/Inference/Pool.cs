using System.Collections.Concurrent;

namespace MaskApi.Vision.Inference;

/// <summary>Buffers around one shared session: as many as there were concurrent runs, each used by one run at a time.</summary>
/// <typeparam name="T">What a run needs for itself.</typeparam>
/// <param name="create">Creates another one when all are in use.</param>
internal sealed class Pool<T>(Func<T> create) : IDisposable
    where T : class, IDisposable
{
    private readonly ConcurrentBag<T> _idle = [];

    internal T Rent() => _idle.TryTake(out var item) ? item : create();

    internal void Return(T item) => _idle.Add(item);

    /// <summary>Frees unused items: each is as large as the largest run it has seen.</summary>
    internal void Trim()
    {
        while (_idle.TryTake(out var item))
        {
            item.Dispose();
        }
    }

    public void Dispose() => Trim();
}
