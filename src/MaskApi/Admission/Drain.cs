using MaskApi.Models;
using MaskApi.Problems;

namespace MaskApi.Admission;

/// <summary>
/// From SIGTERM on: not ready, new work refused with 503, work in hand finished, connections asked to close. Only after the
/// drain delay does the server stop listening.
/// </summary>
internal sealed class Drain(LifecycleOptions options, ModelHost models, IHostApplicationLifetime lifetime, TimeProvider time)
    : IHostedLifecycleService
{
    private volatile bool _stopping;

    /// <summary>Whether the service is on its way out.</summary>
    public bool IsDraining => _stopping || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;

        // A service that never got ready has no callers to be patient with.
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
            // An answer that is finished while draining ends its connection too, so that the caller's next request finds
            // another instance instead of a closing door.
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
