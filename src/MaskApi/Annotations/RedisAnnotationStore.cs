using System.Buffers;
using System.Numerics;
using MaskApi.Problems;
using MaskApi.Uploads;
using StackExchange.Redis;

namespace MaskApi.Annotations;

/// <summary>Keeps records in Redis, so every replica serves every link, even after the one that created it is gone.</summary>
internal sealed partial class RedisAnnotationStore : IHostedService, IAnnotationStore, IAsyncDisposable
{
    private const string Prefix = "maskapi:annotation:";

    private readonly AnnotationOptions _options;
    private readonly UploadBudget _budget;
    private readonly TimeProvider _time;
    private readonly ILogger<RedisAnnotationStore> _logger;
    private readonly Lazy<Task<IConnectionMultiplexer>> _connection;
    private int _isDown;

    /// <summary>Creates the store; it connects at startup and reconnects whenever it can.</summary>
    public RedisAnnotationStore(AnnotationOptions options, UploadBudget budget, TimeProvider time, ILogger<RedisAnnotationStore> logger)
    {
        (_options, _budget, _time, _logger) = (options, budget, time, logger);
        var configuration = Configure(options);
        _connection = new Lazy<Task<IConnectionMultiplexer>>(async () => await ConnectionMultiplexer.ConnectAsync(configuration));
    }

    /// <summary>Whether it is connected.</summary>
    internal bool IsConnected =>
        _connection is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result.IsConnected: true } };

    /// <summary>The settings of the Redis client.</summary>
    internal static ConfigurationOptions Configure(AnnotationOptions options)
    {
        var configuration = ConfigurationOptions.Parse(options.Redis!);
        configuration.AbortOnConnectFail = false;

        // While disconnected, commands fail at once instead of piling up with their pictures.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ConnectTimeout = configuration.AsyncTimeout = configuration.SyncTimeout = (int)options.RedisTimeout.TotalMilliseconds;
        configuration.ClientName = "MaskApi";
        return configuration;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryPutAsync(string id, AnnotationRecord record, CancellationToken cancellationToken)
    {
        try
        {
            var isKept = await WithinTimeoutAsync(database => PutAsync(database, id, record), cancellationToken);
            NoteUp();
            return isKept;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            NoteDown(exception);
            return false;
        }
        catch (ProblemException)
        {
            // The budget has no room for the copy that is sent: that costs the link, not the answer.
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IMemoryOwner<byte>?> GetAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var found = await WithinTimeoutAsync(database => GetAsync(database, id), cancellationToken);
            NoteUp();
            return found;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Not 404, which would tell callers that the link expired.
            NoteDown(exception);
            throw new ProblemException(ProblemKinds.NotReady, "The store of annotated pictures is unreachable right now.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }
    }

    /// <summary>
    /// Connects before the first request, which would otherwise spend its own time on it and find nothing. A missing store delays startup
    /// no longer than one request.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var connected = WithinTimeoutAsync(static database => database.PingAsync(), cancellationToken);
        await ((Task)connected).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated)
        {
            await (await _connection.Value).DisposeAsync();
        }
    }

    /// <summary>Waits for the first connection too: one that hangs is tried several times, each as long as the timeout.</summary>
    private Task<T> WithinTimeoutAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        return ConnectAndRunAsync().WaitAsync(_options.RedisTimeout, _time, cancellationToken);

        async Task<T> ConnectAndRunAsync() => await command((await _connection.Value).GetDatabase());
    }

    // Once per outage, not per request.
    private void NoteDown(Exception exception)
    {
        if (Interlocked.Exchange(ref _isDown, 1) == 0)
        {
            LogDown(_logger, exception.GetType().Name);
        }
    }

    private void NoteUp()
    {
        if (Volatile.Read(ref _isDown) == 1 && Interlocked.Exchange(ref _isDown, 0) == 1)
        {
            LogUp(_logger);
        }
    }

    /// <summary>Reserves the memory before the bytes are fetched.</summary>
    private async Task<IMemoryOwner<byte>?> GetAsync(IDatabase database, string id)
    {
        var length = await database.StringLengthAsync(Prefix + id);
        if (length == 0)
        {
            return null;
        }

        // The client reads into an array from its pool, whose sizes are powers of two.
        var share = _budget.Take((long)BitOperations.RoundUpToPowerOf2((ulong)length));
        try
        {
            if (await database.StringGetLeaseAsync(Prefix + id) is { } lease)
            {
                return new Found(lease, share);
            }
        }
        catch
        {
            share.Dispose();
            throw;
        }

        share.Dispose();
        return null;
    }

    /// <summary>No timeout of its own: the memory is returned only when the connection is done with it.</summary>
    private async Task<bool> PutAsync(IDatabase database, string id, AnnotationRecord record)
    {
        using var bytes = _budget.Rent(record.Length);
        record.Write(bytes.GetSpan());
        return await database.StringSetAsync(Prefix + id, (ReadOnlyMemory<byte>)bytes.Memory, _options.TimeToLive);
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Redis is unreachable ({Reason}); answers have no annotatedImageUrl until it is back")]
    private static partial void LogDown(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis is reachable again")]
    private static partial void LogUp(ILogger logger);

    /// <summary>A record as the client read it, with its share of the budget.</summary>
    private sealed class Found(Lease<byte> lease, UploadBudget.Share share) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => lease.Memory;

        public void Dispose()
        {
            lease.Dispose();
            share.Dispose();
        }
    }
}
