using System.Collections.Concurrent;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision.Tests.Inference;

public sealed class BatcherTests : IDisposable
{
    private const int Bad = -1;

    private readonly ConcurrentQueue<int[]> _batches = [];
    private readonly SemaphoreSlim _started = new(0);
    private readonly ManualResetEventSlim _mayRun = new(initialState: true);
    private Batcher<int, int>? _batcher;

    public void Dispose()
    {
        _mayRun.Set();
        _batcher?.Dispose();
        _started.Dispose();
        _mayRun.Dispose();
    }

    [Fact]
    public async Task Concurrent_callers_share_a_batch_and_each_gets_its_own_result()
    {
        var batcher = Start(new BatchLimits(3) { Wait = Timeout.InfiniteTimeSpan });

        var results = await Task.WhenAll(Call(batcher, 1), Call(batcher, 2), Call(batcher, 3));

        Assert.Equal([10, 20, 30], results);
        Assert.Equal([1, 2, 3], Assert.Single(_batches).Order());
    }

    [Fact]
    public void A_callers_results_come_in_the_order_of_its_inputs_over_several_batches()
    {
        var batcher = Start(new BatchLimits(8));
        var inputs = Enumerable.Range(0, 100).ToArray();

        Assert.Equal(inputs.Select(static input => input * 10), batcher.Run(inputs, CancellationToken.None));
        Assert.Equal(inputs, _batches.SelectMany(static batch => batch));
        Assert.All(_batches, static batch => Assert.InRange(batch.Length, 1, 8));
    }

    [Fact]
    public void Nothing_in_nothing_out() => Assert.Empty(Start(new BatchLimits(8)).Run([], CancellationToken.None));

    [Fact]
    public void An_input_alone_does_not_wait_for_others_forever() =>
        Assert.Equal(50, Start(new BatchLimits(8) { Wait = TimeSpan.FromMilliseconds(1) }).Run(5, CancellationToken.None));

    [Fact]
    public void The_only_caller_does_not_wait_for_others()
    {
        var batcher = Start(new BatchLimits(2) { Wait = Timeout.InfiniteTimeSpan });
        Assert.Equal([10, 20], batcher.Run([1, 2], CancellationToken.None));

        Assert.Equal([30, 40, 50], batcher.Run([3, 4, 5], CancellationToken.None));
    }

    [Fact]
    public async Task An_error_is_only_the_callers_whose_input_caused_it()
    {
        var batcher = Start(new BatchLimits(3) { Wait = Timeout.InfiniteTimeSpan });
        var (first, bad, last) = (Call(batcher, 1), Call(batcher, Bad), Call(batcher, 3));

        int[] expected = [10, 30];
        Assert.Equal(expected, await Task.WhenAll(first, last));
        await Assert.ThrowsAsync<ArithmeticException>(() => bad);
    }

    [Fact]
    public async Task A_caller_that_leaves_the_queue_is_not_run_and_takes_nobody_along()
    {
        var batcher = Start(new BatchLimits(1));
        var running = await BlockAsync(batcher, CancellationToken.None);
        using var leaving = new CancellationTokenSource();
        var (left, stays) = (CallUntil(batcher, 2, leaving.Token), Call(batcher, 3));
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        _mayRun.Set();
        int[] expected = [10, 30];
        Assert.Equal(expected, await Task.WhenAll(running, stays));
        Assert.DoesNotContain(2, _batches.SelectMany(static batch => batch));
    }

    [Fact]
    public async Task A_caller_whose_input_is_being_run_gets_its_result_even_if_it_cancels()
    {
        var batcher = Start(new BatchLimits(1));
        using var leaving = new CancellationTokenSource();
        var running = await BlockAsync(batcher, leaving.Token);
        await leaving.CancelAsync();

        Assert.False(running.IsCompleted);
        _mayRun.Set();
        Assert.Equal(10, await running);
    }

    [Fact]
    public async Task A_caller_that_has_left_already_is_not_queued()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CallUntil(Start(new BatchLimits(1)), 1, new CancellationToken(true)));
        Assert.Empty(_batches);
    }

    [Fact]
    public async Task The_queue_is_bounded_and_callers_wait_for_room()
    {
        const int length = 3;
        var batcher = Start(new BatchLimits(1) { QueueLength = length });
        var running = await BlockAsync(batcher, CancellationToken.None);
        var others = Task.WhenAll(Enumerable.Range(1, 20).Select(input => Call(batcher, input)));
        Assert.True(SpinWait.SpinUntil(() => batcher.Queued == length, TimeSpan.FromSeconds(30)));

        Assert.False(SpinWait.SpinUntil(() => batcher.Queued > length, TimeSpan.FromMilliseconds(50)));
        _mayRun.Set();
        Assert.Equal(10, await running);
        Assert.Equal(Enumerable.Range(1, 20).Select(static input => input * 10), await others);
    }

    [Fact]
    public async Task What_is_queued_when_it_is_disposed_is_still_run_and_what_comes_later_is_refused()
    {
        var batcher = Start(new BatchLimits(1));
        var running = await BlockAsync(batcher, CancellationToken.None);
        var queued = Call(batcher, 2);
        Assert.True(SpinWait.SpinUntil(() => batcher.Queued == 1, TimeSpan.FromSeconds(30)));
        var disposal = Task.Run(batcher.Dispose, CancellationToken.None);
        _mayRun.Set();

        int[] expected = [10, 20];
        Assert.Equal(expected, await Task.WhenAll(running, queued));
        await disposal;
        Assert.Throws<ObjectDisposedException>(() => batcher.Run(3, CancellationToken.None));
    }

    private Batcher<int, int> Start(BatchLimits limits) => _batcher = new Batcher<int, int>("test", Run, limits);

    private static Task<int> Call(Batcher<int, int> batcher, int input) => CallUntil(batcher, input, CancellationToken.None);

    /// <summary>A caller with a thread of its own, so that the number of cores does not matter.</summary>
    private static Task<int> CallUntil(Batcher<int, int> batcher, int input, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => batcher.Run(input, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Starts a batch with the input 1, which runs until <see cref="_mayRun"/> is set.</summary>
    private async Task<Task<int>> BlockAsync(Batcher<int, int> batcher, CancellationToken leaving)
    {
        _mayRun.Reset();
        var running = CallUntil(batcher, 1, leaving);
        await _started.WaitAsync(TestContext.Current.CancellationToken);
        return running;
    }

    private int[] Run(IReadOnlyList<int> batch)
    {
        _started.Release();
        _mayRun.Wait();
        _batches.Enqueue([.. batch]);
        return batch.Contains(Bad) ? throw new ArithmeticException() : [.. batch.Select(static input => input * 10)];
    }
}
