using System.Buffers;
using MaskApi.Detections;
using MaskApi.Uploads;
using StackExchange.Redis;

namespace MaskApi.Annotations;

/// <summary>Keeps records in Redis, so that every replica serves every link, also after the one that made it is gone.</summary>
internal sealed partial class RedisAnnotationStore : IAnnotationStore, IAsyncDisposable
{
    private const string Prefix = "maskapi:annotation:";

    private readonly AnnotationOptions _options;
    private readonly UploadBudget _budget;
    private readonly ILogger<RedisAnnotationStore> _logger;
    private readonly Lazy<Task<IConnectionMultiplexer>> _connection;
    private int _isDown;

    /// <summary>Sets the store up; it connects with the first record and from then on whenever it can.</summary>
    public RedisAnnotationStore(AnnotationOptions options, UploadBudget budget, ILogger<RedisAnnotationStore> logger)
    {
        (_options, _budget, _logger) = (options, budget, logger);
        var configuration = ConfigurationOptions.Parse(options.Redis!);
        configuration.AbortOnConnectFail = false;

        // Commands fail at once while the connection is away, instead of piling up with their pictures.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ConnectTimeout = configuration.AsyncTimeout = configuration.SyncTimeout = (int)options.RedisTimeout.TotalMilliseconds;
        configuration.ClientName = "MaskApi";
        _connection = new Lazy<Task<IConnectionMultiplexer>>(async () => await ConnectionMultiplexer.ConnectAsync(configuration));
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
    }

    /// <inheritdoc/>
    public async ValueTask<IMemoryOwner<byte>?> GetAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            using var lease = await WithinTimeoutAsync(database => database.StringGetLeaseAsync(Prefix + id), cancellationToken);
            NoteUp();
            if (lease is null)
            {
                return null;
            }

            var copy = _budget.Rent(lease.Length);
            lease.Memory.CopyTo(copy.Memory);
            return copy;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            NoteDown(exception);
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated)
        {
            await (await _connection.Value).DisposeAsync();
        }
    }

    /// <summary>The first connection is part of what is waited for: one that hangs is tried several times, each as long as the timeout.</summary>
    private Task<T> WithinTimeoutAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        return ConnectAndRunAsync().WaitAsync(_options.RedisTimeout, cancellationToken);

        async Task<T> ConnectAndRunAsync() => await command((await _connection.Value).GetDatabase());
    }

    // Once an outage, not once a request.
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

    /// <summary>Not bounded in time by itself: the memory goes back only when the connection has done with it.</summary>
    private async Task<bool> PutAsync(IDatabase database, string id, AnnotationRecord record)
    {
        using var bytes = MemoryPool<byte>.Shared.Rent(record.Length);
        var value = bytes.Memory[..record.Length];
        record.Write(value.Span);
        return await database.StringSetAsync(Prefix + id, value, _options.TimeToLive);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis cannot be reached ({Reason}); answers go out without annotatedImageUrl until it can")]
    private static partial void LogDown(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis is reached again")]
    private static partial void LogUp(ILogger logger);
}
