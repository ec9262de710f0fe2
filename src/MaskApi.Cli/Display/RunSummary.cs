using System.Globalization;
using MaskApi.Cli.Results;
using MaskApi.Vision;

namespace MaskApi.Cli.Display;

/// <summary>What a run has done so far.</summary>
internal sealed class RunSummary(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private readonly Dictionary<string, int> _verdicts = [];
    private int _pictures;
    private int _skipped;

    /// <summary>Pictures analyzed or failed.</summary>
    public int Pictures => Volatile.Read(ref _pictures);

    /// <summary>Pictures that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>Pictures that an earlier run has done.</summary>
    public int Skipped => Volatile.Read(ref _skipped);

    /// <summary>Faces found.</summary>
    public int Faces { get; private set; }

    /// <summary>Pictures a second.</summary>
    public double Rate => Pictures / Math.Max(1e-9, time.GetElapsedTime(_started).TotalSeconds);

    /// <summary>Counts a picture that an earlier run has done.</summary>
    public void Skip() => Interlocked.Increment(ref _skipped);

    /// <summary>Counts a picture. Not thread-safe.</summary>
    public void Add(IReadOnlyList<ResultRow> rows)
    {
        Interlocked.Increment(ref _pictures);
        Failed += rows[0].Error is null ? 0 : 1;
        Faces += rows[0].Faces;
        foreach (var row in rows.Where(static row => row.Verdict is not null))
        {
            _verdicts[row.Verdict!] = _verdicts.GetValueOrDefault(row.Verdict!) + 1;
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var verdicts = Verdicts.All.Where(verdict => _verdicts.ContainsKey(verdict.Name))
            .Select(verdict => string.Create(CultureInfo.InvariantCulture, $"{_verdicts[verdict.Name]} {verdict.Words}"));
        var faces = string.Join(", ", verdicts);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Count(Pictures, "picture")}, {Failed} failed, {Count(Faces, "face")}{(faces.Length > 0 ? $" ({faces})" : "")}"
            + $"{(Skipped > 0 ? $", {Skipped} skipped" : "")}; {time.GetElapsedTime(_started).TotalSeconds:0.0} s, {Rate:0.0} pictures/s");
    }

    private static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
