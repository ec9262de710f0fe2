using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace MaskApi.Training.Data;

/// <summary>One sample to render.</summary>
/// <param name="Crop">The face.</param>
/// <param name="Augmentation">What may be done to it; null for the plain view.</param>
/// <param name="Seed">Seeds of its randomness.</param>
public readonly record struct SampleRequest(LabelledCrop Crop, Augmentation? Augmentation, (int Run, int Variant, int Item) Seed);

/// <summary>A batch of rendered samples.</summary>
/// <param name="First">Index of the first sample in the list of requests.</param>
/// <param name="Count">Number of samples.</param>
/// <param name="Rgb">uint8 <c>[count, 224, 224, 3]</c>.</param>
public sealed record SampleBatch(int First, int Count, byte[] Rgb);

/// <summary>
/// Renders samples on all cores ahead of their use, a bounded number of batches at a time, and hands them over in order: the network's
/// cores never wait for data, memory stays flat, and the result does not depend on timing.
/// </summary>
public static class BatchLoader
{
    /// <summary>Bytes of one sample.</summary>
    public const int SampleBytes = SampleRenderer.Side * SampleRenderer.Side * 3;

    /// <summary>Renders the samples.</summary>
    /// <param name="requests">What to render, in order.</param>
    /// <param name="batchSize">Samples a batch; the last may hold fewer.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async IAsyncEnumerable<SampleBatch> RenderAsync(
        IReadOnlyList<SampleRequest> requests, int batchSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var ahead = Channel.CreateBounded<Task<SampleBatch>>(Math.Max(2, Environment.ProcessorCount));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var producer = Task.Run(
            async () =>
            {
                try
                {
                    for (var first = 0; first < requests.Count; first += batchSize)
                    {
                        var from = first;
                        await ahead.Writer.WaitToWriteAsync(stop.Token).ConfigureAwait(false);
                        await ahead.Writer.WriteAsync(Task.Run(() => Render(requests, from, batchSize, stop.Token), stop.Token), stop.Token).ConfigureAwait(false);
                    }

                    ahead.Writer.Complete();
                }
                catch (Exception e)
                {
                    ahead.Writer.Complete(e);
                }
            },
            CancellationToken.None);
        try
        {
            await foreach (var batch in ahead.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return await batch.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await producer.ConfigureAwait(false);
        }
    }

    private static SampleBatch Render(IReadOnlyList<SampleRequest> requests, int first, int batchSize, CancellationToken cancellationToken)
    {
        var count = Math.Min(batchSize, requests.Count - first);
        var rgb = new byte[count * SampleBytes];
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var request = requests[first + i];
            var image = request.Augmentation is { } how
                ? SampleRenderer.Augmented(request.Crop, how, new SeededRandom(request.Seed.Run, request.Seed.Variant, request.Seed.Item))
                : SampleRenderer.Plain(request.Crop);
            image.Pixels.CopyTo(rgb, i * SampleBytes);
        }

        return new SampleBatch(first, count, rgb);
    }
}
