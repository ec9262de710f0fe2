using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace MaskApi.Fetching;

/// <summary>
/// Looks host names up on a few threads of its own. The system's look-up blocks a thread until the name server answers or times out, even
/// if canceled, and whoever names a host may own its name server: a hundred addresses below a silent one blocked the pool's threads, and
/// with them every other request, for a minute.
/// </summary>
/// <param name="find">Blocks until the name is resolved; null for the system's look-up.</param>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "A thread may release the semaphore after everything else is gone; without its wait handle it holds nothing to dispose.")]
internal sealed class NameLookUp(Func<string, IPAddress[]>? find = null)
{
    /// <summary>Concurrent look-ups; more wait, within the time for fetching.</summary>
    internal const int MaxThreads = 32;

    private readonly Func<string, IPAddress[]> _find = find ?? Dns.GetHostAddresses;
    private readonly SemaphoreSlim _threads = new(MaxThreads);

    /// <summary>Finds the addresses of a host.</summary>
    /// <param name="host">Its name, or an address.</param>
    /// <param name="cancellationToken">Gives up waiting; the thread is free when the system has given up too.</param>
    public async Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        await _threads.WaitAsync(cancellationToken);
        var found = Task.Factory.StartNew(Find, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await found.WaitAsync(cancellationToken);

        IPAddress[] Find()
        {
            try
            {
                return _find(host);
            }
            finally
            {
                _threads.Release();
            }
        }
    }
}
