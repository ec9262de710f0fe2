using MaskApi.Cli.Analysis;
using MaskApi.Cli.Display;
using MaskApi.Cli.Inputs;
using MaskApi.Cli.Results;

namespace MaskApi.Cli.Commands;

/// <summary>Analyzes pictures and stores the results. Only the pictures in progress are in memory.</summary>
internal sealed class DetectRun : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>The pictures.</summary>
    public required PictureInputs Inputs { get; init; }

    /// <summary>The part of them that this run takes.</summary>
    public Shard Part { get; init; } = Shard.All;

    /// <summary>Hashes of the names that are done, to which this run adds; null if none can be named twice.</summary>
    public HashSet<UInt128>? Done { get; init; }

    /// <summary>Analyzes them.</summary>
    public required IPictureAnalyzer Analyzer { get; init; }

    /// <summary>Stores the results.</summary>
    public required IResultWriter Writer { get; init; }

    /// <summary>A verdict less sure than this is uncertain, 0.5–1.</summary>
    public required float MinConfidence { get; init; }

    /// <summary>Whether to add the key points.</summary>
    public bool Landmarks { get; init; }

    /// <summary>Counts what is done.</summary>
    public required RunSummary Summary { get; init; }

    /// <summary>Analyzes all pictures. When this is canceled, those that are finished are still written.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var reader = new PictureReader();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Analyzer.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(NamesToDo(), parallel, (name, token) => ProcessAsync(reader, name, token)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    /// <summary>Counts the pictures of this run; null if that would use up standard input.</summary>
    /// <param name="alreadyDone">Pictures that an earlier run has done.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    public Task<int?> CountAsync(int alreadyDone, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            if (!Inputs.CanCount)
            {
                return (int?)null;
            }

            var count = 0;
            foreach (var name in Inputs.Names())
            {
                cancellationToken.ThrowIfCancellationRequested();
                count += Part.Contains(PictureName.Hash(name)) ? 1 : 0;
            }

            return Math.Max(0, count - alreadyDone);
        },
        cancellationToken);

    private IEnumerable<string> NamesToDo()
    {
        foreach (var name in Inputs.Names())
        {
            var hash = PictureName.Hash(name);
            if (!Part.Contains(hash))
            {
                continue;
            }

            if (Done?.Add(hash) == false)
            {
                Summary.Skip();
                continue;
            }

            yield return name;
        }
    }

    private async ValueTask ProcessAsync(PictureReader reader, string name, CancellationToken cancellationToken)
    {
        PictureResult result;
        try
        {
            using var picture = await reader.ReadAsync(name, cancellationToken).ConfigureAwait(false);
            result = await Analyzer.AnalyzeAsync(name, picture.Memory, cancellationToken).ConfigureAwait(false);
        }
        catch (PictureFailedException exception)
        {
            result = PictureResult.Failed(name, exception.Failure);
        }

        var rows = ResultRow.Of(result, MinConfidence, Landmarks);

        // A finished picture is written even if the run is being canceled.
        await _writing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await Writer.WriteAsync(rows).ConfigureAwait(false);
            Summary.Add(rows);
        }
        finally
        {
            _writing.Release();
        }
    }
}
