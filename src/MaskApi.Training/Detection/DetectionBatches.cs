using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MaskApi.Training.Data;

namespace MaskApi.Training.Detection;

/// <summary>
/// A stream of batches, rendered ahead on all cores. The content of batch k depends only on the seed and k, not on timing or the number
/// of cores.
/// </summary>
/// <param name="pictures">The pictures to take views of.</param>
/// <param name="weights">Relative sampling frequency of each picture.</param>
/// <param name="options">Options of the sampler.</param>
/// <param name="size">Views per batch.</param>
/// <param name="seed">Random seed.</param>
internal sealed class DetectionBatches(
    IReadOnlyList<TrainingPicture> pictures, IReadOnlyList<double> weights, SamplerOptions options, int size, int seed)
{
    private readonly double[] _cumulative = Cumulate(weights, pictures.Count);

    /// <summary>Renders batches in order. Disposing of the enumerator or cancelling ends the stream.</summary>
    /// <param name="count">Number of batches.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async IAsyncEnumerable<DetectionBatch> RenderAsync(int count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Tasks are queued and awaited in order; the bound keeps the cores busy and memory flat.
        var ahead = Channel.CreateBounded<Task<DetectionBatch>>(Environment.ProcessorCount + 1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var producer = Task.Run(
            async () =>
            {
                try
                {
                    for (var number = 0; number < count; number++)
                    {
                        await ahead.Writer.WaitToWriteAsync(stop.Token).ConfigureAwait(false);
                        var index = number;
                        var batch = Task.Run(() => Render(index, stop.Token), stop.Token);
                        await ahead.Writer.WriteAsync(batch, stop.Token).ConfigureAwait(false);
                    }

                    ahead.Writer.Complete();
                }
                catch (OperationCanceledException e)
                {
                    ahead.Writer.Complete(e);
                }
            },
            CancellationToken.None);
        try
        {
            await foreach (var batch in ahead.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return await batch.ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await producer.ConfigureAwait(false);
        }
    }

    /// <summary>Renders one batch.</summary>
    /// <param name="number">Index of the batch.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public DetectionBatch Render(int number, CancellationToken cancellationToken)
    {
        var views = new (RgbImage View, IReadOnlyList<TrainingFace> Faces)[size];
        for (var i = 0; i < size; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var random = new SeededRandom(seed, number, i);
            views[i] = DetectionSampler.Sample(pictures[Choose(random)], options, random);
        }

        return DetectionBatch.Of(views, options.Side);
    }

    private static double[] Cumulate(IReadOnlyList<double> weights, int expected)
    {
        if (weights.Count != expected || expected == 0)
        {
            throw new ArgumentException($"{weights.Count} weights for {expected} pictures.", nameof(weights));
        }

        var sums = new double[weights.Count];
        var sum = 0.0;
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = sum += weights[i];
        }

        return sums;
    }

    private int Choose(SeededRandom random)
    {
        var at = Array.BinarySearch(_cumulative, random.Next() * _cumulative[^1]);
        return Math.Min(at < 0 ? ~at : at + 1, _cumulative.Length - 1);
    }
}
