namespace MaskApi.Cli.Results;

/// <summary>Keeps results. Not for several threads at a time.</summary>
internal interface IResultWriter : IAsyncDisposable
{
    /// <summary>Adds the rows of one picture, all or none of them as far as a later run can see.</summary>
    /// <param name="rows">The rows of one picture.</param>
    ValueTask WriteAsync(IReadOnlyList<ResultRow> rows);
}
