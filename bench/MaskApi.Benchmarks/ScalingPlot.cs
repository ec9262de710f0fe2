using System.Globalization;
using MaskApi.Training.Reports;
using ScottPlot;

namespace MaskApi.Benchmarks;

/// <summary>Plots time against size on logarithmic axes, with dashed lines for linear growth.</summary>
internal static class ScalingPlot
{
    private static readonly Color[] _colors = [Color.FromHex("#7570b3"), Color.FromHex("#1b9e77")];

    /// <summary>The points of one kind of request.</summary>
    internal sealed record Series(string Name, IReadOnlyList<(double X, double Milliseconds)> Points);

    /// <summary>One plot: what grows, and the measured series.</summary>
    internal sealed record Panel(string Title, string Unit, IReadOnlyList<Series> Series);

    /// <summary>Draws the panels side by side with a common time axis.</summary>
    internal static void Save(IReadOnlyList<Panel> panels, string path)
    {
        PlotFont.Use();
        var figure = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Grid(1, panels.Count) };
        figure.AddPlots(panels.Count);
        var times = panels
            .SelectMany(static panel => panel.Series)
            .SelectMany(static series => series.Points)
            .Select(static point => point.Milliseconds)
            .ToList();
        var (min, max) = (Math.Log10(times.Min()) - 0.15, Math.Log10(times.Max()) + 0.2);
        foreach (var (panel, plot) in panels.Zip(figure.GetPlots()))
        {
            Draw(plot, panel, min, max);
        }

        figure.SavePng(path, 560 * panels.Count, 560);
    }

    private static void Draw(Plot plot, Panel panel, double min, double max)
    {
        foreach (var (series, color) in panel.Series.Zip(_colors))
        {
            var (first, last) = (series.Points[0], series.Points[^1]);
            var line = plot.Add.Line(
                Math.Log10(first.X), Math.Log10(first.Milliseconds), Math.Log10(last.X), Math.Log10(first.Milliseconds * last.X / first.X));
            line.LineColor = color.WithAlpha(0.6);
            line.LineWidth = 2;
            line.LinePattern = LinePattern.Dashed;
            line.LegendText = series == panel.Series[0] ? "linear" : "";
            var points = plot.Add.Scatter(
                series.Points.Select(static point => Math.Log10(point.X)).ToArray(),
                series.Points.Select(static point => Math.Log10(point.Milliseconds)).ToArray(),
                color);
            points.LineWidth = 3;
            points.MarkerSize = 10;
            points.LegendText = series.Name;
            foreach (var point in (ReadOnlySpan<(double X, double Milliseconds)>)[first, last])
            {
                var text = plot.Add.Text(Number(point.Milliseconds), Math.Log10(point.X), Math.Log10(point.Milliseconds));
                text.LabelAlignment = Alignment.UpperCenter;
                text.OffsetY = 12;
                text.LabelFontSize = 14;
                text.LabelFontColor = color;
            }
        }

        var xs = panel.Series[0].Points.Select(static point => point.X).ToArray();
        plot.Axes.Bottom.SetTicks([.. xs.Select(Math.Log10)], [.. xs.Select(Number)]);
        double[] ticks = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
        plot.Axes.Left.SetTicks([.. ticks.Select(Math.Log10)], [.. ticks.Select(Number)]);
        plot.Axes.SetLimits(Math.Log10(xs[0]) - 0.15, Math.Log10(xs[^1]) + 0.15, min, max);
        plot.Title(panel.Title);
        plot.XLabel(panel.Unit);
        plot.YLabel("median response time, ms");
        PlotStyle.Apply(plot);
    }

    private static string Number(double value) =>
        value.ToString(value < 1 ? "0.0" : value < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
