using System.Net;
using System.Net.Sockets;
using MaskApi.Fetching;

namespace MaskApi.Tests.Fetching;

public sealed class NameLookUpTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silent_name_servers_block_a_bounded_number_of_non_pool_threads()
    {
        using var answers = new ManualResetEventSlim();
        var (lookUps, pooled, waiting, maxWaiting) = (0, 0, 0, 0);
        var names = new NameLookUp(_ =>
        {
            Interlocked.Increment(ref lookUps);
            InterlockedMax(ref maxWaiting, Interlocked.Increment(ref waiting));
            Interlocked.Add(ref pooled, Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
            answers.Wait(_token);
            Interlocked.Decrement(ref waiting);
            return [IPAddress.Loopback];
        });
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(_token);
        var callers = Enumerable.Range(0, 2 * NameLookUp.MaxThreads).Select(i => names.FindAsync($"{i}.test", cancellation.Token)).ToList();
        while (Volatile.Read(ref lookUps) < NameLookUp.MaxThreads)
        {
            await Task.Delay(10, _token);
        }

        // A caller who gives up does not wait for the name server, whether its look-up has started or not; the thread stays busy.
        await cancellation.CancelAsync();
        foreach (var caller in callers)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller.WaitAsync(TimeSpan.FromSeconds(30), _token));
        }

        var next = names.FindAsync("next.test", _token);
        Assert.False(next.IsCompleted);
        Assert.Equal((NameLookUp.MaxThreads, 0), (lookUps, pooled));

        answers.Set();
        Assert.Equal([IPAddress.Loopback], await next);

        // No look-ups ran for callers who gave up before their turn, and there were never more at a time than threads.
        Assert.Equal((NameLookUp.MaxThreads + 1, 0), (lookUps, pooled));
        Assert.Equal(NameLookUp.MaxThreads, maxWaiting);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    [Fact]
    public async Task A_name_that_fails_frees_its_thread()
    {
        var names = new NameLookUp(static _ => throw new SocketException((int)SocketError.HostNotFound));
        for (var i = 0; i < NameLookUp.MaxThreads + 1; i++)
        {
            await Assert.ThrowsAsync<SocketException>(
                () => names.FindAsync("nowhere.test", _token).WaitAsync(TimeSpan.FromSeconds(30), _token));
        }
    }

    [Fact]
    public async Task An_address_resolves_to_itself() =>
        Assert.Equal([IPAddress.IPv6Loopback], await new NameLookUp().FindAsync("::1", _token));
}
