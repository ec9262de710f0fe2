using System.Globalization;
using MaskApi.Vision;
using Spectre.Console;

namespace MaskApi.Cli.Results;

/// <summary>Results as a table on a terminal, printed at the end.</summary>
internal sealed class TableWriter(IAnsiConsole console) : IResultWriter
{
    /// <summary>Nobody reads more rows, and they would take memory.</summary>
    private const int MaxRows = 500;

    /// <summary>Names and verdicts may wrap, numbers may not. A verdict's confidence is the largest of the three probabilities.</summary>
    private readonly Table _table = new Table()
        .Border(TableBorder.Rounded)
        .AddColumn("picture")
        .AddColumn("face", static column => column.NoWrap())
        .AddColumn("verdict")
        .AddColumn("mask", static column => column.NoWrap())
        .AddColumn("no\nmask", static column => column.NoWrap())
        .AddColumn("worn\nwrong", static column => column.NoWrap())
        .AddColumn("box", static column => column.NoWrap());

    private int _more;

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<ResultRow> rows)
    {
        foreach (var row in rows)
        {
            if (_table.Rows.Count >= MaxRows)
            {
                _more++;
                continue;
            }

            _table.AddRow(new Text(row.Picture), new Text(Invariant($"{row.Face}/{row.Faces}")), Verdict(row),
                Share(row.WithMask), Share(row.WithoutMask), Share(row.IncorrectlyWorn),
                new Text(row.X is null ? "" : Invariant($"{row.X:0},{row.Y:0} {row.Width:0}×{row.Height:0}")));
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_table.Rows.Count > 0)
        {
            console.Write(_table);
        }

        if (_more > 0)
        {
            console.WriteLine(Invariant($"… and {_more} more rows. --out FILE stores all of them."));
        }

        return ValueTask.CompletedTask;
    }

    private static Text Verdict(ResultRow row)
    {
        if (row.Error is not null)
        {
            return new Text(row.Error, new Style(Color.Yellow));
        }

        if (Verdicts.All.FirstOrDefault(verdict => verdict.Name == row.Verdict) is not { } verdict)
        {
            return new Text("no face", new Style(Color.Grey));
        }

        var color = new Color((byte)(verdict.Color >> 16), (byte)(verdict.Color >> 8), (byte)verdict.Color);
        return new Text(verdict.Words, new Style(color));
    }

    private static Text Share(float? value) => new(value is null ? "" : Invariant($"{value * 100:0.0}%"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
