using MaskApi.Hosting.Options;
using StackExchange.Redis;

namespace MaskApi.Annotations;

/// <summary>Keeps records in Redis, so that every replica serves every link, also after the one that made it is gone.</summary>
internal sealed partial class RedisAnnotationStore : IAnnotationStore, IAsyncDisposable
{
    private const string Prefix = "maskapi:annotation:";

    private readonly AnnotationOptions _options;
    private readonly ILogger<RedisAnnotationStore> _logger;
    private readonly Lazy<Task<IConnectionMultiplexer>> _connection;

    /// <summary>Sets the store up; it connects with the first record and from then on whenever it can.</summary>
    public RedisAnnotationStore(AnnotationOptions options, ILogger<RedisAnnotationStore> logger)
    {
        (_options, _logger) = (options, logger);
        var configuration = ConfigurationOptions.Parse(options.Redis!);
        configuration.AbortOnConnectFail = false;

        // Commands fail at once while the connection is away, instead of piling up with their pictures.
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ConnectTimeout = configuration.AsyncTimeout = configuration.SyncTimeout = (int)options.RedisTimeout.TotalMilliseconds;
        configuration.ClientName = "MaskApi";
        _connection = new Lazy<Task<IConnectionMultiplexer>>(async () => await ConnectionMultiplexer.ConnectAsync(configuration));
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryPutAsync(string id, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        try
        {
            var database = (await _connection.Value).GetDatabase();
            return await database.StringSetAsync(Prefix + id, record, _options.TimeToLive)
                .WaitAsync(_options.RedisTimeout, cancellationToken);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogDown(_logger, exception.GetType().Name);
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> GetAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var database = (await _connection.Value).GetDatabase();
            var value = await database.StringGetAsync(Prefix + id).WaitAsync(_options.RedisTimeout, cancellationToken);
            return value.IsNull ? null : (ReadOnlyMemory<byte>)value;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogDown(_logger, exception.GetType().Name);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis cannot be reached ({Reason}); answers go out without annotatedImageUrl")]
    private static partial void LogDown(ILogger logger, string reason);
}
