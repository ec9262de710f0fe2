using System.Globalization;
using MaskApi.Training.Data;
using MaskApi.Training.Evaluation;
using ScottPlot;

namespace MaskApi.Training.Reports;

/// <summary>Draws an evaluation as one picture with six panels.</summary>
internal static class EvaluationPlots
{
    private static readonly Color _with = Color.FromHex("#1b9e77");
    private static readonly Color _without = Color.FromHex("#d95f02");
    private static readonly Color _wrong = Color.FromHex("#e6ab02");
    private static readonly (FaceLabel Label, string Name, Color Color)[] _labels =
    [
        (FaceLabel.WithMask, "with", _with), (FaceLabel.WithoutMask, "without", _without),
        (FaceLabel.IncorrectMask, "worn wrong", _wrong),
    ];

    private static readonly Color _neutral = Color.FromHex("#7570b3");
    private static readonly Color _faint = Color.FromHex("#b8b8b8");

    public static void Save(string title, LabelReport report, string path)
    {
        PlotFont.Use();
        var figure = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Grid(2, 3) };
        figure.AddPlots(6);
        Roc(figure.GetPlot(0), report);
        PrecisionRecall(figure.GetPlot(1), report);
        Confusion(figure.GetPlot(2), title, report);
        Reliability(figure.GetPlot(3), report);
        BySize(figure.GetPlot(4), report);
        Histogram(figure.GetPlot(5), report);
        foreach (var plot in figure.GetPlots())
        {
            plot.Grid.MajorLineColor = Color.FromHex("#ececec");
            plot.Axes.Title.Label.FontSize = 18;
            plot.Legend.OutlineWidth = 0;
            plot.Legend.ShadowColor = Colors.Transparent;
        }

        figure.SavePng(path, 1620, 1020);
    }

    private static void Roc(Plot plot, LabelReport report)
    {
        Diagonal(plot);
        Against(plot, report, m => [.. m.Roc()], m => m.RocArea());
        plot.ShowLegend(Alignment.LowerRight);
        Label(plot, "ROC, each label against the rest", "false positive rate", "true positive rate");
        Unit(plot);
    }

    private static void PrecisionRecall(Plot plot, LabelReport report)
    {
        Against(plot, report, m => [m.PrecisionRecall()[0] with { X = 0 }, .. m.PrecisionRecall()], m => m.AveragePrecision());
        plot.ShowLegend(Alignment.LowerLeft);
        Label(plot, "Precision and recall, each label against the rest", "recall", "precision");
        Unit(plot);
    }

    private static void Against(Plot plot, LabelReport report, Func<BinaryMetrics, CurvePoint[]> curve, Func<BinaryMetrics, double> area)
    {
        foreach (var (label, name, color) in _labels)
        {
            var metrics = report.Metrics.Against(label);
            if (metrics.Positives == 0 || metrics.Negatives == 0)
            {
                continue;
            }

            var points = curve(metrics);
            var line = plot.Add.ScatterLine(points.Select(p => p.X).ToArray(), points.Select(p => p.Y).ToArray(), color);
            line.LineWidth = 3;
            line.LegendText = string.Create(CultureInfo.InvariantCulture, $"{name}: area {area(metrics):0.0000}");
        }
    }

    private static void Confusion(Plot plot, string title, LabelReport report)
    {
        for (var row = 0; row < _labels.Length; row++)
        {
            var of = report.Metrics.Report(_labels[row].Label).Support;
            for (var column = 0; column < _labels.Length; column++)
            {
                var (x, y) = (column, _labels.Length - 1 - row);
                var count = report.Metrics.Confusion(_labels[row].Label, _labels[column].Label);
                var share = of == 0 ? 0 : (double)count / of;
                var cell = plot.Add.Rectangle(x - 0.48, x + 0.48, y - 0.48, y + 0.48);
                cell.FillColor = (row == column ? _with : _without).WithAlpha(0.12 + (0.68 * share));
                cell.LineWidth = 0;
                var text = plot.Add.Text(string.Create(CultureInfo.InvariantCulture, $"{count}\n{share:0.0%}"), x, y);
                text.LabelFontSize = 20;
                text.LabelAlignment = Alignment.MiddleCenter;
                text.LabelFontColor = share > 0.6 ? Colors.White : Colors.Black;
            }
        }

        string[] names = [.. _labels.Select(l => l.Name)];
        plot.Axes.Bottom.SetTicks([0, 1, 2], names);
        plot.Axes.Left.SetTicks([2, 1, 0], names);
        plot.Axes.SetLimits(-0.5, 2.5, -0.5, 2.5);
        plot.HideGrid();
        Label(plot, title, "predicted", "true");
    }

    private static void Reliability(Plot plot, LabelReport report)
    {
        Diagonal(plot);
        var bins = report.Metrics.Reliability();
        var line = plot.Add.Scatter(bins.Select(b => b.MeanProbability).ToArray(), bins.Select(b => b.MaskedShare).ToArray(), _neutral);
        line.LineWidth = 2;
        line.MarkerSize = 9;
        line.LegendText = string.Create(
            CultureInfo.InvariantCulture, $"ECE {report.Metrics.ExpectedCalibrationError():0.000}, Brier {report.Metrics.Brier():0.000}");
        plot.ShowLegend(Alignment.UpperLeft);
        Label(plot, "Reliability (ten bins of equal count)", "mean probability of the likeliest label", "share of correct predictions");
        Unit(plot);
    }

    private static void BySize(Plot plot, LabelReport report)
    {
        var sizes = report.BySize.Where(s => !double.IsNaN(s.Accuracy)).ToArray();
        plot.Add.Bars((Bar[])[.. sizes.Select((s, i) => new Bar
        {
            Position = i, Value = s.Accuracy, ValueBase = 0.5, FillColor = _neutral, LineWidth = 0, Size = 0.7,
            Label = string.Create(CultureInfo.InvariantCulture, $"{s.Accuracy:0.000}"),
        })]);
        plot.Axes.Bottom.SetTicks(
            [.. sizes.Select((_, i) => (double)i)],
            [.. sizes.Select(s => string.Create(
                CultureInfo.InvariantCulture, $"{(double.IsInfinity(s.To) ? $"{s.From:0}+" : $"{s.From:0}-{s.To:0}")} px\n{s.Faces}"))]);
        plot.Axes.SetLimits(-0.6, sizes.Length - 0.4, 0.5, 1.04);
        Label(plot, "Accuracy by size of face", "longer side, faces", "accuracy");
    }

    private static void Histogram(Plot plot, LabelReport report)
    {
        const int Bins = 20;
        foreach (var (right, name, color, shift) in (
            (bool, string, Color, double)[])[(false, "wrong", _without, -0.01), (true, "right", _with, 0.01)])
        {
            var counts = new double[Bins];
            foreach (var face in report.Faces.Where(f => f.Right == right))
            {
                counts[Math.Min(Bins - 1, (int)(face.Judged.Confidence * Bins))]++;
            }

            var bars = plot.Add.Bars((Bar[])[.. counts.Select((c, i) => new Bar
            {
                // Logarithmic, so the few wrong answers are visible.
                Position = ((i + 0.5) / Bins) + shift, Value = Math.Log10(1 + c), FillColor = color, LineWidth = 0, Size = 0.018,
            })]);
            bars.LegendText = name;
        }

        double[] ticks = [0, 1, 10, 100, 1000];
        plot.Axes.Left.SetTicks(
            [.. ticks.Select(t => Math.Log10(1 + t))], [.. ticks.Select(t => t.ToString(CultureInfo.InvariantCulture))]);
        plot.Axes.SetLimitsX(0.3, 1.03);
        plot.Axes.SetLimitsY(0, Math.Max(1.2, Math.Log10(1 + report.Faces.Count)));
        plot.ShowLegend(Alignment.UpperLeft);
        Label(plot, "Predictions", "probability of the likeliest label", "faces");
    }

    private static void Diagonal(Plot plot)
    {
        var line = plot.Add.Line(0, 0, 1, 1);
        line.LineColor = _faint;
        line.LinePattern = LinePattern.Dashed;
    }

    private static void Unit(Plot plot) => plot.Axes.SetLimits(-0.02, 1.02, -0.02, 1.02);

    private static void Label(Plot plot, string title, string x, string y)
    {
        plot.Title(title);
        plot.XLabel(x);
        plot.YLabel(y);
    }
}
