using System.Security.Cryptography;
using System.Text;

namespace MaskApi.Security;

/// <summary>The valid keys, kept as hashes. Every key is compared in constant time, so timing leaks nothing.</summary>
internal sealed partial class ApiKeys
{
    /// <summary>How often the key file is read.</summary>
    private static readonly TimeSpan _checkEvery = TimeSpan.FromSeconds(5);

    private readonly KeyOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ApiKeys> _logger;
    private readonly Lock _lock = new();
    private volatile byte[][] _hashes;
    private long _checked;

    /// <summary>Reads the keys.</summary>
    public ApiKeys(KeyOptions options, TimeProvider time, ILogger<ApiKeys> logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _checked = time.GetTimestamp();
        _hashes = Hashes(options.ReadFile());
    }

    /// <summary>Identifies the owner of a key.</summary>
    /// <param name="key">The key as sent.</param>
    /// <returns>A name for the key that does not reveal it; null if the key is invalid.</returns>
    public string? Identify(string key)
    {
        ReadAgainIfChanged();
        var presented = Hash(key);
        var valid = false;
        foreach (var hash in _hashes)
        {
            valid |= CryptographicOperations.FixedTimeEquals(hash, presented);
        }

        // Enough of the hash to tell a few keys apart in a log, too little to find the key.
        return valid ? Convert.ToHexStringLower(presented.AsSpan(0, 4)) : null;
    }

    private void ReadAgainIfChanged()
    {
        if (string.IsNullOrEmpty(_options.File))
        {
            return;
        }

        lock (_lock)
        {
            if (_time.GetElapsedTime(_checked) < _checkEvery)
            {
                return;
            }

            _checked = _time.GetTimestamp();
            try
            {
                // Compared by content: a file mounted from a Kubernetes secret is a link to a link whose own time never changes.
                var inFile = _options.ReadFile();
                if (_options.Validate(inFile).FirstOrDefault() is { } fault)
                {
                    // Perhaps half written. The current keys stay valid until the file is valid again.
                    LogInvalid(_logger, fault);
                    return;
                }

                var hashes = Hashes(inFile);
                if (!hashes.SelectMany(static hash => hash).SequenceEqual(_hashes.SelectMany(static hash => hash)))
                {
                    _hashes = hashes;
                    LogRead(_logger, hashes.Length);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The file is being replaced. The current keys stay valid until it is back.
                LogUnreadable(_logger, exception.GetType().Name);
            }
        }
    }

    private byte[][] Hashes(IReadOnlyList<string> inFile) => [.. _options.Values.Concat(inFile).Select(Hash)];

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    [LoggerMessage(Level = LogLevel.Information, Message = "Key file reloaded; {Count} keys are valid")]
    private static partial void LogRead(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Key file is invalid ({Reason}); the current keys stay valid")]
    private static partial void LogInvalid(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Key file cannot be read ({Reason}); the current keys stay valid")]
    private static partial void LogUnreadable(ILogger logger, string reason);
}
