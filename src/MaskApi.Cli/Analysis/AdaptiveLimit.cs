namespace MaskApi.Cli.Analysis;

/// <summary>
/// How many requests a service takes at a time, found by trying: one more after each round of successes, 30 % fewer after a refusal, as
/// TCP does (additive increase, multiplicative decrease).
/// </summary>
/// <param name="max">The upper bound.</param>
/// <param name="time">The clock.</param>
internal sealed class AdaptiveLimit(int max, TimeProvider time)
{
    private const double Cut = 0.7;

    /// <summary>Refusals within this time of each other have one cause and count once.</summary>
    private static readonly TimeSpan _moment = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private double _limit = Math.Min(2, max);
    private int _inFlight;
    private long? _lastCut;

    /// <summary>Requests that may be in flight now.</summary>
    public int Current
    {
        get
        {
            lock (_lock)
            {
                return (int)_limit;
            }
        }
    }

    /// <summary>Waits for a place.</summary>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            lock (_lock)
            {
                if (_inFlight < (int)_limit)
                {
                    _inFlight++;
                    return;
                }

                change = _changed.Task;
            }

            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the place back.</summary>
    /// <param name="refused">True after a refusal, false after a success, null after anything that says nothing about the load.</param>
    public void Exit(bool? refused)
    {
        lock (_lock)
        {
            _inFlight--;
            if (refused == false)
            {
                _limit = Math.Min(max, _limit + (1 / _limit));
            }
            else if (refused == true && (_lastCut is not { } last || time.GetElapsedTime(last) >= _moment))
            {
                _lastCut = time.GetTimestamp();
                _limit = Math.Max(1, _limit * Cut);
            }

            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }
}
