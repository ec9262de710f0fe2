using System.Collections.Concurrent;
using System.Diagnostics;

namespace MaskApi.Vision.Inference;

/// <summary>
/// Joins what concurrent callers want run into batches: a GPU runs many inputs in little more time than one. A batch starts when it is full,
/// or when its first input has waited for long enough; what arrives while a batch runs is in the next. Whoever is the only caller waits for
/// nobody: a batch waits only if the one before it had several callers.
/// </summary>
/// <remarks>
/// Callers block, as the whole pipeline does, and batches run on a thread of their own: callers may hold every thread of the pool.
/// </remarks>
/// <typeparam name="TInput">What a caller wants run. It remains the caller's, and is read only until the call returns.</typeparam>
/// <typeparam name="TResult">What comes of it.</typeparam>
internal sealed class Batcher<TInput, TResult> : IDisposable
{
    private readonly BlockingCollection<Item> _queue;
    private readonly Func<IReadOnlyList<TInput>, IReadOnlyList<TResult>> _run;
    private readonly BatchLimits _limits;
    private readonly Thread _thread;
    private bool _isDisposed;

    /// <summary>Starts the thread that runs the batches.</summary>
    /// <param name="name">What is run, for debuggers.</param>
    /// <param name="run">Runs a batch; returns a result for each input, in their order. Called by one thread at a time.</param>
    /// <param name="limits">When a batch starts.</param>
    internal Batcher(string name, Func<IReadOnlyList<TInput>, IReadOnlyList<TResult>> run, BatchLimits limits)
    {
        _run = run;
        _limits = limits;
        _queue = new BlockingCollection<Item>(limits.QueueLength);
        _thread = new Thread(RunBatches) { Name = $"{name} batches", IsBackground = true };
        _thread.Start();
    }

    /// <summary>How many inputs wait for a batch.</summary>
    internal int Queued => _queue.Count;

    /// <summary>Runs one input; see <see cref="Run(IReadOnlyList{TInput}, CancellationToken)"/>.</summary>
    internal TResult Run(TInput input, CancellationToken cancellationToken) => Run([input], cancellationToken)[0];

    /// <summary>Runs inputs, in batches with those of other callers; waits while the queue is full.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="cancellationToken">Withdraws the inputs that no batch has taken yet; the others are waited for.</param>
    /// <returns>The results, in the order of the inputs.</returns>
    /// <exception cref="OperationCanceledException">Inputs were withdrawn.</exception>
    /// <exception cref="ObjectDisposedException">The batcher is disposed of.</exception>
    internal TResult[] Run(IReadOnlyList<TInput> inputs, CancellationToken cancellationToken)
    {
        var call = new object();
        Item[] items = [.. inputs.Select(input => new Item(input, call))];
        using var withdrawal = cancellationToken.Register(() => Array.ForEach(items, item => item.Withdraw(cancellationToken)));
        foreach (var item in items)
        {
            try
            {
                _queue.Add(item, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                item.Withdraw(cancellationToken);
            }
            catch (InvalidOperationException)
            {
                item.TrySetException(new ObjectDisposedException(nameof(Batcher<,>)));
            }
        }

        // Returns when the last item is done, even if the first has failed: until then, a batch reads its input.
        return Task.WhenAll(items.Select(static item => item.Task)).GetAwaiter().GetResult();
    }

    /// <summary>Runs what is queued, then ends.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
    }

    private void RunBatches()
    {
        var batch = new List<Item>(_limits.Size);
        var hasCompany = true;
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            Take(first, batch);
            while (batch.Count > 0 && batch.Count < _limits.Size && _queue.TryTake(out var next, hasCompany ? TimeLeft(batch[0]) : 0))
            {
                Take(next, batch);
            }

            Run(batch);
            hasCompany = batch.Exists(item => item.Call != batch[0].Call);
            batch.Clear();
        }
    }

    private static void Take(Item item, List<Item> batch)
    {
        if (item.TryTake())
        {
            batch.Add(item);
        }
    }

    /// <summary>In milliseconds; 0 takes what is there already.</summary>
    private int TimeLeft(Item first)
    {
        var left = _limits.Wait - Stopwatch.GetElapsedTime(first.Queued);
        return _limits.Wait == Timeout.InfiniteTimeSpan ? Timeout.Infinite : Math.Max(0, (int)Math.Ceiling(left.TotalMilliseconds));
    }

    private void Run(IReadOnlyList<Item> batch)
    {
        IReadOnlyList<TResult> results;
        try
        {
            results = batch.Count == 0 ? [] : _run([.. batch.Select(static item => item.Input)]);
        }
        catch (Exception) when (batch.Count > 1)
        {
            // One bad input, or too little memory for all of them, must not fail the others.
            foreach (var item in batch)
            {
                Run([item]);
            }

            return;
        }
        catch (Exception exception)
        {
            batch[0].SetException(exception);
            return;
        }

        foreach (var (item, result) in batch.Zip(results))
        {
            item.SetResult(result);
        }
    }

    /// <summary>An input on its way, and its caller's result. Either a batch takes it or its caller withdraws it.</summary>
    private sealed class Item(TInput input, object call) : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private int _isGone;

        internal TInput Input { get; } = input;

        /// <summary>The same for all inputs of one call.</summary>
        internal object Call { get; } = call;

        internal long Queued { get; } = Stopwatch.GetTimestamp();

        internal bool TryTake() => Interlocked.Exchange(ref _isGone, 1) == 0;

        internal void Withdraw(CancellationToken cancellationToken)
        {
            if (TryTake())
            {
                SetCanceled(cancellationToken);
            }
        }
    }
}
