using System.Runtime.ExceptionServices;

namespace MaskApi.Vision;

/// <summary>
/// Lets one picture's steps run on cores that no other picture uses. Pictures are the unit of parallelism while there are enough
/// of them; a single one need not wait for itself.
/// </summary>
/// <param name="cores">Cores there are.</param>
internal sealed class SpareCores(int cores)
{
    private readonly int _cores = cores;
    private int _busy;

    /// <summary>Marks the calling thread's core as used, until disposed of.</summary>
    internal Use Enter()
    {
        Interlocked.Increment(ref _busy);
        return new Use(this);
    }

    /// <summary>
    /// Does <paramref name="work"/> for 0 to <paramref name="count"/> - 1, on the calling thread and on cores that are spare, which are
    /// given up between two steps as soon as another picture comes. Returns when all is done.
    /// </summary>
    /// <param name="count">Number of steps.</param>
    /// <param name="work">One step.</param>
    internal void Run(int count, Action<int> work)
    {
        if (count < 2 || Volatile.Read(ref _busy) >= _cores)
        {
            for (var i = 0; i < count; i++)
            {
                work(i);
            }

            return;
        }

        var steps = new Steps(this, count, work);
        for (var helpers = Math.Min(count, _cores) - 1; helpers > 0 && TryTake(); helpers--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(steps, preferLocal: false);
        }

        steps.Finish();
    }

    private bool TryTake()
    {
        if (Interlocked.Increment(ref _busy) <= _cores)
        {
            return true;
        }

        Interlocked.Decrement(ref _busy);
        return false;
    }

    /// <summary>A core in use.</summary>
    internal readonly struct Use(SpareCores cores) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => Interlocked.Decrement(ref cores._busy);
    }

    private sealed class Steps(SpareCores owner, int count, Action<int> work) : IThreadPoolWorkItem
    {
        private readonly object _gate = new();
        private int _next = -1;
        private int _helping;
        private bool _closed;
        private Exception? _failure;

        internal void Finish()
        {
            Work(yields: false);
            lock (_gate)
            {
                // A helper that the pool has not started yet is not waited for: it finds nothing left to do.
                _closed = true;
                while (_helping > 0)
                {
                    Monitor.Wait(_gate);
                }
            }

            if (_failure is not null)
            {
                ExceptionDispatchInfo.Throw(_failure);
            }
        }

        void IThreadPoolWorkItem.Execute()
        {
            lock (_gate)
            {
                if (_closed)
                {
                    Interlocked.Decrement(ref owner._busy);
                    return;
                }

                _helping++;
            }

            Work(yields: true);
            Interlocked.Decrement(ref owner._busy);
            lock (_gate)
            {
                _helping--;
                Monitor.Pulse(_gate);
            }
        }

        private void Work(bool yields)
        {
            try
            {
                while (Volatile.Read(ref _failure) is null && !(yields && Volatile.Read(ref owner._busy) > owner._cores)
                    && Interlocked.Increment(ref _next) is var step && step < count)
                {
                    work(step);
                }
            }
            catch (Exception exception)
            {
                // Thrown where the work was asked for, once all have stopped.
                Interlocked.CompareExchange(ref _failure, exception, null);
            }
        }
    }
}
