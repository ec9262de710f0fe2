namespace MaskApi.Vision.Tests;

public sealed class SpareCoresTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Every_step_is_done_once(int count)
    {
        var cores = new SpareCores(4);
        using var core = cores.Enter();
        var done = new int[count];
        cores.Run(count, i => Interlocked.Increment(ref done[i]));
        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Fact]
    public void A_spare_core_helps()
    {
        var cores = new SpareCores(2);
        using var core = cores.Enter();
        using var both = new Barrier(2);

        // Each step waits for the other one: alone, neither would end.
        cores.Run(2, _ => Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void Where_every_core_is_busy_the_caller_works_alone()
    {
        var cores = new SpareCores(2);
        using var core = cores.Enter();
        using var other = cores.Enter();
        var threads = new HashSet<int>();
        cores.Run(50, _ => threads.Add(Environment.CurrentManagedThreadId));
        Assert.Equal([Environment.CurrentManagedThreadId], threads);
    }

    [Fact]
    public void A_helper_leaves_when_another_picture_comes()
    {
        var cores = new SpareCores(2);
        using var core = cores.Enter();
        using var both = new Barrier(2);
        var threads = new int[100];
        cores.Run(threads.Length, i =>
        {
            if (i < 2)
            {
                Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
                if (i == 0)
                {
                    cores.Enter();
                }

                Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
            }

            threads[i] = Environment.CurrentManagedThreadId;
        });
        Assert.NotEqual(threads[0], threads[1]);
        Assert.All(threads[2..], thread => Assert.Equal(Environment.CurrentManagedThreadId, thread));
    }

    [Fact]
    public void What_fails_on_a_helper_is_thrown_to_the_caller_and_the_core_is_given_back()
    {
        var cores = new SpareCores(2);
        using var core = cores.Enter();
        var caller = Environment.CurrentManagedThreadId;
        for (var round = 0; round < 3; round++)
        {
            using var both = new Barrier(2);
            Assert.Throws<InvalidDataException>(() => cores.Run(2, _ =>
            {
                both.SignalAndWait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
                if (Environment.CurrentManagedThreadId != caller)
                {
                    throw new InvalidDataException();
                }
            }));
        }
    }
}
