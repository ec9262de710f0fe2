using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace MaskApi.Client;

/// <summary>Detection on a live camera.</summary>
public static class LiveDetection
{
    /// <summary>
    /// Detects faces in the newest frame, one at a time. Frames that arrive during a call replace each other, so no answer is older than
    /// one call. A frame that a busy service refuses is skipped.
    /// </summary>
    /// <param name="client">The service.</param>
    /// <param name="frames">The frames as they arrive; read without waiting for answers.</param>
    /// <param name="options">What to look for; null for <see cref="DetectionDetail.Fast"/>.</param>
    /// <param name="cancellationToken">Ends the detection.</param>
    /// <returns>The answers, until the frames end. Exceptions from <paramref name="frames"/> are rethrown here.</returns>
    public static async IAsyncEnumerable<Detection> DetectNewestAsync(
        this IMaskApiClient client,
        IAsyncEnumerable<Picture> frames,
        DetectionOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(frames);
        options ??= new DetectionOptions { Detail = DetectionDetail.Fast };
        var newest = Channel.CreateBounded<Picture>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pump = PumpAsync(frames, newest.Writer, end.Token);
        try
        {
            await foreach (var frame in newest.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                Detection detection;
                try
                {
                    detection = await client.DetectAsync(frame, options, cancellationToken).ConfigureAwait(false);
                }
                catch (ServiceBusyException)
                {
                    continue;
                }

                yield return detection;
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await pump.ConfigureAwait(false);
        }
    }

    private static async Task PumpAsync(
        IAsyncEnumerable<Picture> frames, ChannelWriter<Picture> newest, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            await foreach (var frame in frames.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                newest.TryWrite(frame);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller has stopped reading answers.
        }
#pragma warning disable CA1031 // It is not swallowed: the reader of the answers gets it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        newest.TryComplete(failure);
    }
}
