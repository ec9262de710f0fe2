using System.Runtime.ExceptionServices;

namespace MaskApi.Vision.Inference;

/// <summary>
/// Decides when a picture may use more than one core. Static, because all pipelines of a process share the cores.
/// </summary>
internal static class SharedCores
{
    private static int _pictures;

    /// <summary>Whether at least as many cores are idle as pictures are in work, so that a picture may use several.</summary>
    internal static bool AreIdle => 2 * Volatile.Read(ref _pictures) <= Environment.ProcessorCount;

    /// <summary>Counts a picture as in work until the result is disposed of.</summary>
    internal static Picture EnterPicture()
    {
        Interlocked.Increment(ref _pictures);
        return new Picture(ref _pictures);
    }

    /// <summary>Calls <paramref name="body"/> for 0 to <paramref name="count"/> - 1, on as many threads as the pool can spare.</summary>
    /// <param name="count">Number of calls.</param>
    /// <param name="body">The work.</param>
    /// <param name="cancellationToken">Ends the work between calls.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    internal static void For(int count, Action<int> body, CancellationToken cancellationToken)
    {
        if (count == 1)
        {
            cancellationToken.ThrowIfCancellationRequested();
            body(0);
            return;
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        try
        {
            Parallel.For(0, count, parallel, i =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                body(i);
            });
        }
        catch (AggregateException exception)
        {
            // Callers expect the exception of a single call.
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }

    /// <summary>A picture in work.</summary>
    internal readonly ref struct Picture(ref int pictures)
    {
        private readonly ref int _pictures = ref pictures;

        /// <summary>Ends it.</summary>
        public void Dispose() => Interlocked.Decrement(ref _pictures);
    }
}
