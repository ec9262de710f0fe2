using System.Net;
using System.Net.Sockets;
using MaskApi.Fetching;

namespace MaskApi.Tests.Fetching;

public sealed class NameLookUpTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silent_name_servers_hold_a_bounded_number_of_threads_none_of_them_of_the_pool()
    {
        using var silence = new ManualResetEventSlim();
        var (asked, pooled, waiting, most) = (0, 0, 0, 0);
        var names = new NameLookUp(_ =>
        {
            Interlocked.Increment(ref asked);
            InterlockedMax(ref most, Interlocked.Increment(ref waiting));
            Interlocked.Add(ref pooled, Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
            silence.Wait(_token);
            Interlocked.Decrement(ref waiting);
            return [IPAddress.Loopback];
        });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_token);
        var callers = Enumerable.Range(0, 2 * NameLookUp.MaxThreads).Select(i => names.FindAsync($"{i}.test", patience.Token)).ToList();
        while (Volatile.Read(ref asked) < NameLookUp.MaxThreads)
        {
            await Task.Delay(10, _token);
        }

        // Who gives up need not wait for the server, whether the name was asked for yet or not; its thread is still taken.
        await patience.CancelAsync();
        foreach (var caller in callers)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller.WaitAsync(TimeSpan.FromSeconds(30), _token));
        }

        var next = names.FindAsync("next.test", _token);
        Assert.False(next.IsCompleted);
        Assert.Equal((NameLookUp.MaxThreads, 0), (asked, pooled));

        silence.Set();
        Assert.Equal([IPAddress.Loopback], await next);

        // Of those who gave up before their turn, nobody was asked for; and never more at a time than there are threads.
        Assert.Equal((NameLookUp.MaxThreads + 1, 0), (asked, pooled));
        Assert.Equal(NameLookUp.MaxThreads, most);
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
            await Assert.ThrowsAsync<SocketException>(() => names.FindAsync("nowhere.test", _token).WaitAsync(TimeSpan.FromSeconds(30), _token));
        }
    }

    [Fact]
    public async Task Addresses_are_themselves() =>
        Assert.Equal([IPAddress.IPv6Loopback], await new NameLookUp().FindAsync("::1", _token));
}
