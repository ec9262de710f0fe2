using MaskApi.Client;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the client with an application's services.</summary>
public static class MaskApiClientExtensions
{
    internal const string ApiKeyHeader = "X-API-Key";

    /// <summary>
    /// Registers <see cref="IMaskApiClient"/> with the standard resilience of HTTP clients: a limit on concurrent calls, retries after
    /// transient failures (5xx, 408, 429, broken connections) with exponential backoff or after <c>Retry-After</c>, a circuit breaker, and
    /// timeouts for each attempt and for all of them.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The builder of the underlying HTTP client, for further handlers.</returns>
    public static IHttpClientBuilder AddMaskApiClient(this IServiceCollection services, Action<MaskApiClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<MaskApiClientOptions>()
            .Validate(static options => options.BaseAddress is { IsAbsoluteUri: true }, "BaseAddress must be an absolute address.")
            .Validate(static options => options.MinUploadRate > 0, "MinUploadRate must be positive.");
        if (configure is not null)
        {
            options.Configure(configure);
        }

        var builder = services.AddHttpClient<IMaskApiClient, MaskApiClient>(static (http, provider) =>
        {
            var options = provider.GetRequiredService<IOptions<MaskApiClientOptions>>().Value;
            http.BaseAddress = MaskApiClient.Root(options.BaseAddress);
            if (!string.IsNullOrEmpty(options.ApiKey))
            {
                http.DefaultRequestHeaders.Add(ApiKeyHeader, options.ApiKey);
            }

            // The resilience handler's timeouts end with the headers; the client's own lasts until the body is read.
            return new MaskApiClient(http, bytes => options.TotalTimeout + options.UploadTime(bytes) + TimeSpan.FromSeconds(1));
        });
        builder.AddStandardResilienceHandler().Configure(static (resilience, provider) =>
        {
            var options = provider.GetRequiredService<IOptions<MaskApiClientOptions>>().Value;
            resilience.AttemptTimeout.Timeout = options.AttemptTimeout;
            resilience.AttemptTimeout.TimeoutGenerator =
                attempt => ValueTask.FromResult(options.AttemptTimeout + UploadTime(attempt.Context));
            resilience.TotalRequestTimeout.Timeout = options.TotalTimeout;
            resilience.TotalRequestTimeout.TimeoutGenerator =
                call => ValueTask.FromResult(options.TotalTimeout + UploadTime(call.Context));
            resilience.Retry.MaxRetryAttempts = options.MaxRetries;
            resilience.Retry.ShouldRetryAfterHeader = true;

            // A caller told to come back after the deadline learns so now.
            var isTransient = resilience.Retry.ShouldHandle;
            resilience.Retry.ShouldHandle = attempt => attempt.Outcome.Result is { } response
                && MaskApiClient.RetryAfter(response) > options.TotalTimeout
                    ? ValueTask.FromResult(false)
                    : isTransient(attempt);
            // The breaker's window must hold two attempts.
            resilience.CircuitBreaker.SamplingDuration = options.AttemptTimeout * 2;

            TimeSpan UploadTime(ResilienceContext context) =>
                options.UploadTime(context.GetRequestMessage()?.Content?.Headers.ContentLength);
        });

        return builder;
    }
}
