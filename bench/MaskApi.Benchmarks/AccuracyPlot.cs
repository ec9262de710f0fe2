using System.Globalization;
using MaskApi.Training.Reports;
using ScottPlot;

namespace MaskApi.Benchmarks;

/// <summary>Plots accuracy against processor time, on a logarithmic axis: one panel for each set of pictures.</summary>
internal static class AccuracyPlot
{
    private const string Ours = "MaskApi ";

    private static readonly Color _ours = Color.FromHex("#1b9e77");
    private static readonly Color _theirs = Color.FromHex("#7570b3");

    /// <summary>One program on one set.</summary>
    /// <param name="Set">Name of the set.</param>
    /// <param name="Program">Name of the program.</param>
    /// <param name="Milliseconds">Processor time per picture.</param>
    /// <param name="Accuracy">Average precision, 0–1.</param>
    internal sealed record Point(string Set, string Program, double Milliseconds, double Accuracy)
    {
        internal bool IsService => Program.StartsWith(Ours, StringComparison.Ordinal);
    }

    /// <summary>Draws the panels side by side with common axes.</summary>
    internal static void Save(IReadOnlyList<Point> points, string path)
    {
        PlotFont.Use();
        var sets = points.GroupBy(static point => point.Set).ToList();
        var figure = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Grid(1, sets.Count) };
        figure.AddPlots(sets.Count);
        var (min, max) = (points.Min(static point => point.Milliseconds), points.Max(static point => point.Milliseconds));
        foreach (var (set, plot) in sets.Zip(figure.GetPlots()))
        {
            Draw(plot, [.. set]);
            plot.Title(set.Key);
            plot.Axes.SetLimits(Math.Log10(min) - 0.25, Math.Log10(max) + 0.25, 0, 1);
        }

        figure.SavePng(path, 640 * sets.Count, 560);
    }

    private static void Draw(Plot plot, Point[] points)
    {
        var service = points.Where(static point => point.IsService).ToArray();
        var line = plot.Add.ScatterLine(service.Select(X).ToArray(), service.Select(static point => point.Accuracy).ToArray(), _ours);
        line.LineWidth = 3;
        line.LegendText = Ours.TrimEnd();
        foreach (var point in points)
        {
            var color = point.IsService ? _ours : _theirs;
            plot.Add.Marker(X(point), point.Accuracy, MarkerShape.FilledCircle, 12, color);
            var text = plot.Add.Text(point.IsService ? point.Program[Ours.Length..] : point.Program, X(point), point.Accuracy);
            text.LabelAlignment = point.IsService ? Alignment.LowerCenter : Alignment.UpperCenter;
            text.OffsetY = point.IsService ? -8 : 8;
            text.LabelFontSize = 14;
            text.LabelFontColor = color;
        }

        double[] times = [5, 10, 20, 50, 100, 200, 500, 1000];
        plot.Axes.Bottom.SetTicks(
            [.. times.Select(Math.Log10)], [.. times.Select(static time => time.ToString(CultureInfo.InvariantCulture))]);
        var shares = Enumerable.Range(0, 11).Select(static tenth => tenth / 10.0).ToArray();
        plot.Axes.Left.SetTicks(shares, [.. shares.Select(static share => share.ToString("0.0", CultureInfo.InvariantCulture))]);
        plot.XLabel("processor time per picture, ms");
        plot.YLabel("average precision of faces (AP50)");
        PlotStyle.Apply(plot);

        static double X(Point point) => Math.Log10(point.Milliseconds);
    }
}
