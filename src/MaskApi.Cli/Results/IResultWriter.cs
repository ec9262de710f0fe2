namespace MaskApi.Cli.Results;

/// <summary>Stores results. Not thread-safe.</summary>
internal interface IResultWriter : IAsyncDisposable
{
    /// <summary>Adds the rows of one picture. After a crash, a later run sees all of them or none.</summary>
    /// <param name="rows">The rows of one picture.</param>
    ValueTask WriteAsync(IReadOnlyList<ResultRow> rows);
}
