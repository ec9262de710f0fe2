using MaskApi.Models;
using MaskApi.Problems;

namespace MaskApi.Admission;

/// <summary>
/// After SIGTERM: reports not ready, refuses new work with 503, finishes work in hand, and asks connections to close. The server stops
/// listening only after the drain delay.
/// </summary>
internal sealed class Drain(LifecycleOptions options, ModelHost models, IHostApplicationLifetime lifetime, TimeProvider time)
    : IHostedLifecycleService
{
    private volatile bool _stopping;

    /// <summary>Whether the service is draining.</summary>
    public bool IsDraining => _stopping || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;

        // A service that never got ready has no callers to wait for.
        if (models.IsLoaded)
        {
            await Task.Delay(options.DrainDelay, time, cancellationToken);
        }
    }

    /// <summary>Refuses new work while draining; a middleware.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!IsDraining)
        {
            // A response that ends while draining closes its connection too, so the caller's next request finds another instance instead of
            // a closing door.
            context.Response.OnStarting(CloseIfDraining, context);
            return next(context);
        }

        context.Response.Headers.Connection = "close";
        return context.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase)
            ? throw new ProblemException(ProblemKinds.Draining, ProblemKinds.Draining.Example) { RetryAfter = TimeSpan.FromSeconds(1) }
            : next(context);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task CloseIfDraining(object state)
    {
        if (IsDraining)
        {
            ((HttpContext)state).Response.Headers.Connection = "close";
        }

        return Task.CompletedTask;
    }
}
