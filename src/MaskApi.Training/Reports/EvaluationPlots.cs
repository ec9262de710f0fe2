using System.Globalization;
using MaskApi.Training.Evaluation;
using ScottPlot;

namespace MaskApi.Training.Reports;

/// <summary>The figures of an evaluation as one picture of six panels.</summary>
internal static class EvaluationPlots
{
    private static readonly Color _with = Color.FromHex("#1b9e77");
    private static readonly Color _without = Color.FromHex("#d95f02");
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
        var points = report.Calibrated.Roc();
        Diagonal(plot);
        var line = plot.Add.ScatterLine(points.Select(p => p.X).ToArray(), points.Select(p => p.Y).ToArray(), _neutral);
        line.LineWidth = 3;
        Label(plot, string.Create(CultureInfo.InvariantCulture, $"ROC, area {report.Calibrated.RocArea():0.0000}"), "no-mask called mask", "mask called mask");
        Unit(plot);
    }

    private static void PrecisionRecall(Plot plot, LabelReport report)
    {
        var points = report.Calibrated.PrecisionRecall();
        var line = plot.Add.ScatterLine(points.Select(p => p.X).Prepend(0).ToArray(), points.Select(p => p.Y).Prepend(points[0].Y).ToArray(), _neutral);
        line.LineWidth = 3;
        Label(plot, string.Create(CultureInfo.InvariantCulture, $"Precision and recall, area {report.Calibrated.AveragePrecision():0.0000}"), "recall of masks", "precision of masks");
        Unit(plot);
    }

    private static void Confusion(Plot plot, string title, LabelReport report)
    {
        var (tp, fp, fn, tn) = report.Calibrated.Confusion();
        void Cell(double x, double y, int count, int of, Color color)
        {
            var share = of == 0 ? 0 : (double)count / of;
            var cell = plot.Add.Rectangle(x - 0.48, x + 0.48, y - 0.48, y + 0.48);
            cell.FillColor = color.WithAlpha(0.12 + (0.68 * share));
            cell.LineWidth = 0;
            var text = plot.Add.Text(string.Create(CultureInfo.InvariantCulture, $"{count}\n{share:0.0%}"), x, y);
            text.LabelFontSize = 22;
            text.LabelAlignment = Alignment.MiddleCenter;
            text.LabelFontColor = share > 0.6 ? Colors.White : Colors.Black;
        }

        Cell(0, 1, tp, tp + fn, _with);
        Cell(1, 1, fn, tp + fn, _without);
        Cell(0, 0, fp, fp + tn, _without);
        Cell(1, 0, tn, fp + tn, _with);
        plot.Axes.Bottom.SetTicks([0, 1], ["mask", "no mask"]);
        plot.Axes.Left.SetTicks([0, 1], ["no mask", "mask"]);
        plot.Axes.SetLimits(-0.5, 1.5, -0.5, 1.5);
        plot.HideGrid();
        Label(plot, title, "called", "is");
    }

    private static void Reliability(Plot plot, LabelReport report)
    {
        Diagonal(plot);
        foreach (var (metrics, name, color) in ((BinaryMetrics, string, Color)[])[(report.Raw, "before", _faint), (report.Calibrated, "after", _neutral)])
        {
            var bins = metrics.Reliability();
            var line = plot.Add.Scatter(bins.Select(b => b.MeanProbability).ToArray(), bins.Select(b => b.MaskedShare).ToArray(), color);
            line.LineWidth = 2;
            line.MarkerSize = 9;
            line.LegendText = string.Create(CultureInfo.InvariantCulture, $"{name} calibration: ECE {metrics.ExpectedCalibrationError():0.000}, Brier {metrics.Brier():0.000}");
        }

        plot.ShowLegend(Alignment.UpperLeft);
        Label(plot, "Reliability (ten bins of equal count)", "mean probability of a mask", "share with a mask");
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
            [.. sizes.Select(s => string.Create(CultureInfo.InvariantCulture, $"{(double.IsInfinity(s.To) ? $"{s.From:0}+" : $"{s.From:0}-{s.To:0}")} px\n{s.WithMask}+{s.WithoutMask}"))]);
        plot.Axes.SetLimits(-0.6, sizes.Length - 0.4, 0.5, 1.04);
        Label(plot, "Accuracy by size of face", "longer side (masked + unmasked faces)", "accuracy");
    }

    private static void Histogram(Plot plot, LabelReport report)
    {
        const int Bins = 20;
        foreach (var (masked, name, color, shift) in ((bool, string, Color, double)[])[(false, "no mask", _without, -0.01), (true, "mask", _with, 0.01)])
        {
            var counts = new double[Bins];
            foreach (var face in report.Faces.Where(f => (f.Label == Data.FaceLabel.WithMask) == masked))
                counts[Math.Min(Bins - 1, (int)(face.MaskProbability * Bins))]++;
            var bars = plot.Add.Bars((Bar[])[.. counts.Select((c, i) => new Bar
            {
                // Logarithmic: the few wrong answers are what is to be seen.
                Position = ((i + 0.5) / Bins) + shift, Value = Math.Log10(1 + c), FillColor = color, LineWidth = 0, Size = 0.018,
            })]);
            bars.LegendText = name;
        }

        double[] ticks = [0, 1, 10, 100, 1000];
        plot.Axes.Left.SetTicks([.. ticks.Select(t => Math.Log10(1 + t))], [.. ticks.Select(t => t.ToString(CultureInfo.InvariantCulture))]);
        plot.Axes.SetLimitsX(-0.03, 1.03);
        plot.Axes.SetLimitsY(0, Math.Max(1.2, Math.Log10(1 + report.Faces.Count)));
        plot.ShowLegend(Alignment.UpperCenter);
        Label(plot, "Answers", "probability of a mask", "faces");
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
