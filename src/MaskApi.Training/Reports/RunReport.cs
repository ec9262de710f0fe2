using System.Globalization;
using System.Text;
using System.Text.Json;
using MaskApi.Training.Fitting;
using MaskApi.Training.Network;
using ScottPlot;

namespace MaskApi.Training.Reports;

/// <summary>Writes a finished run's documents: a card and its learning curves.</summary>
internal static class RunReport
{
    /// <summary>Writes <c>card.md</c> and <c>curves.png</c> from the run's own files.</summary>
    /// <param name="folder">The folder of a finished run.</param>
    public static void Write(string folder)
    {
        T Read<T>(string name) => JsonSerializer.Deserialize<T>(File.ReadAllBytes(Path.Combine(folder, name)), JsonSerializerOptions.Web)!;
        var epochs = Read<EpochMetrics[]>("metrics.json");
        File.WriteAllText(
            Path.Combine(folder, "card.md"), Card(Read<RunConfiguration>("run.json"), Read<RunResult>("result.json"), epochs));
        Curves(epochs, Path.Combine(folder, "curves.png"));
    }

    private static string Card(RunConfiguration run, RunResult result, EpochMetrics[] epochs)
    {
        var text = new StringBuilder();
        void Line(FormattableString line, FormattableString? rest = null) => text
            .Append(line.ToString(CultureInfo.InvariantCulture))
            .AppendLine(rest?.ToString(CultureInfo.InvariantCulture));
        Line($"# mask_classifier, recipe {run.Recipe.Name}, seed {run.Seed}");
        Line($"");
        Line($"MobileNetV2 1.0 (ImageNet), global average pooling, Dense(128, ReLU), dropout {run.Recipe.Dropout}, ",
            $"Dense({run.Recipe.Head.LogitCount()}). Takes face crops of any size");
        Line($"(`uint8[n,h,w,3]`, RGB), answers the calibrated {(run.Recipe.Head == VerdictHead.Mask
            ? "`mask_probability[n]`; it never says `incorrectly_worn`"
            : "`probabilities[n,3]`: with a mask, without, incorrectly worn")}.");
        Line($"");
        Line($"| | |");
        Line($"|---|---|");
        Line($"| data | {string.Join(", ", run.Sources.Select(s => $"{s.Key} {s.Value}"))} |");
        Line($"| data SHA-256 | `{run.Data}` |");
        Line($"| split | {run.Train} for training, {run.Validation} held out; ",
            $"{(run.Recipe.GroupedSplit ? "near-duplicates stay on one side" : "random, regardless of near-duplicates")} |");
        Line($"| held out: accuracy | {result.ValidationAccuracy:0.0000} (balanced {result.ValidationBalancedAccuracy:0.0000}) |");
        var temperatures = string.Join(" and ", result.Temperatures.Select(t => t.ToString("0.00", CultureInfo.InvariantCulture)));
        Line($"| held out: cross-entropy | {result.ValidationLoss:0.0000}, calibrated {result.CalibratedLoss:0.0000} ",
            $"(temperatures {temperatures}, fitted on these faces) |");
        Line($"| epochs | {epochs.Count(e => e.Phase == 1)} for the head, {epochs.Count(e => e.Phase == 2)} with the backbone's top |");
        Line($"| time | {result.HeadSeconds:0} s + {result.TuningSeconds:0} s, {result.TotalSeconds:0} s in total, on {run.Device}, ",
            $"{run.Runtime} |");
        Line($"");
        Line($"Validation on the same sources is optimistic. `evaluate` the model on photographs from other sources before using it.");
        Line($"");
        Line($"```json");
        Line($"{run.Recipe.ToJson()}");
        Line($"```");
        return text.ToString();
    }

    private static void Curves(EpochMetrics[] epochs, string path)
    {
        PlotFont.Use();
        var figure = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Grid(1, 2) };
        figure.AddPlots(2);
        double[] x = [.. Enumerable.Range(1, epochs.Length).Select(i => (double)i)];
        Draw(figure.GetPlot(0), "Loss", x, [.. epochs.Select(e => e.TrainLoss)], [.. epochs.Select(e => e.ValidationLoss)], epochs);
        Draw(figure.GetPlot(
            1), "Accuracy", x, [.. epochs.Select(e => e.TrainAccuracy)], [.. epochs.Select(e => e.ValidationAccuracy)], epochs);
        figure.SavePng(path, 1200, 480);
    }

    private static void Draw(Plot plot, string title, double[] x, double[] train, double[] validation, EpochMetrics[] epochs)
    {
        foreach (var (values, name, color) in (
            (double[], string, string)[])[(train, "training (with dropout)", "#b8b8b8"), (validation, "held out", "#7570b3")])
        {
            var line = plot.Add.Scatter(x, values, Color.FromHex(color));
            line.LineWidth = 2.5f;
            line.MarkerSize = 6;
            line.LegendText = name;
        }

        var head = epochs.Count(e => e.Phase == 1);
        if (head < epochs.Length)
        {
            var border = plot.Add.VerticalLine(head + 0.5, 1.5f, Color.FromHex("#d95f02"), LinePattern.Dashed);
            border.LegendText = "backbone's top trains too";
        }

        plot.Title(title);
        plot.XLabel("epoch");
        plot.Grid.MajorLineColor = Color.FromHex("#ececec");
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.ShowLegend(title == "Loss" ? Alignment.UpperRight : Alignment.LowerRight);
    }
}
