using MaskApi.Cli.Analysis;
using MaskApi.Cli.Display;
using MaskApi.Cli.Inputs;
using MaskApi.Cli.Results;

namespace MaskApi.Cli.Commands;

/// <summary>Judges pictures and keeps what was found. Only the pictures at work are in memory.</summary>
internal sealed class DetectRun : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>The pictures.</summary>
    public required PictureInputs Inputs { get; init; }

    /// <summary>Which of them.</summary>
    public Shard Part { get; init; } = Shard.All;

    /// <summary>Hashes of the names that are done, to which this run adds; null where no picture can come twice.</summary>
    public HashSet<UInt128>? Done { get; init; }

    /// <summary>Judges them.</summary>
    public required IPictureAnalyzer Analyzer { get; init; }

    /// <summary>Keeps what was found.</summary>
    public required IResultWriter Writer { get; init; }

    /// <summary>Draws what was found; null for no drawings.</summary>
    public AnnotationFolder? Annotations { get; init; }

    /// <summary>A verdict less sure than this is uncertain, 0.5–1.</summary>
    public required float MinConfidence { get; init; }

    /// <summary>Whether rows have the key points.</summary>
    public bool Landmarks { get; init; }

    /// <summary>Counts.</summary>
    public required RunSummary Summary { get; init; }

    /// <summary>Goes through the pictures. What was judged when this is canceled is written.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var reader = new PictureReader();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Analyzer.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(NamesToDo(), parallel, (name, token) => JudgeAsync(reader, name, token)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    /// <summary>How many pictures this run will judge; null where that cannot be known without reading standard input.</summary>
    /// <param name="alreadyDone">Pictures that were there when the run began.</param>
    /// <param name="cancellationToken">Gives up.</param>
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
                count += Part.Contains(name) ? 1 : 0;
            }

            return Math.Max(0, count - alreadyDone);
        },
        cancellationToken);

    private IEnumerable<string> NamesToDo()
    {
        foreach (var name in Inputs.Names())
        {
            if (!Part.Contains(name))
            {
                continue;
            }

            if (Done?.Add(PictureName.Hash(name)) == false)
            {
                Summary.Skip();
                continue;
            }

            yield return name;
        }
    }

    private async ValueTask JudgeAsync(PictureReader reader, string name, CancellationToken cancellationToken)
    {
        PictureResult result;
        try
        {
            using var picture = await reader.ReadAsync(name, cancellationToken).ConfigureAwait(false);
            result = await Analyzer.AnalyzeAsync(name, picture.Memory, cancellationToken).ConfigureAwait(false);
            result = Annotations?.Write(result, picture.Memory, cancellationToken) ?? result;
        }
        catch (PictureFailedException exception)
        {
            result = PictureResult.Failed(name, exception.Failure);
        }

        var rows = ResultRow.Of(result, MinConfidence, Landmarks);

        // What is judged is written even when the run is being canceled.
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
