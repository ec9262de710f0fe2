using System.Collections.Concurrent;
using MaskApi.Models;
using MaskApi.Vision.Inference;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MaskApi.Tests.Models;

/// <summary>An operator who chose int8 for its speed is told where it brings none.</summary>
public sealed class Int8WarningTests
{
    [Theory]
    [InlineData("Int8", false, true)]
    [InlineData("Int8", true, false)]
    [InlineData("Float", false, false)]
    public async Task Int8_without_byte_dot_products_is_warned_of_at_the_start(string precision, bool dotProduct, bool warned)
    {
        var log = new RecordingLogger();
        await using var service = new Service(
            [KeyValuePair.Create("MaskApi:Models:Precision", (string?)precision)],
            services =>
            {
                services.AddSingleton(new ProcessorFeatures(dotProduct));
                services.AddSingleton<ILogger<ModelHost>>(log);
            });

        await service.ReadyAsync();

        Assert.Equal(warned, log.Warnings.Any(static message => message.Contains("no byte dot product", StringComparison.Ordinal)));
    }

    private sealed class RecordingLogger : ILogger<ModelHost>
    {
        public ConcurrentQueue<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
            {
                Warnings.Enqueue(formatter(state, exception));
            }
        }
    }
}
