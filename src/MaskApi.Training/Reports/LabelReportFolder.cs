using MaskApi.Training.Evaluation;

namespace MaskApi.Training.Reports;

/// <summary>The pictures of a label report.</summary>
internal static class LabelReportFolder
{
    private const int SheetSize = 64;

    /// <summary>Writes <c>plots.png</c> and <c>mistakes.png</c>.</summary>
    public static void Write(string title, LabelReport report, string folder, CancellationToken cancellationToken)
    {
        EvaluationPlots.Save(title, report, Path.Combine(folder, "plots.png"));
        ContactSheet.Save([.. report.Mistakes.Take(SheetSize)], Path.Combine(folder, "mistakes.png"), cancellationToken);
    }

    /// <summary>Writes the whole report on a training's held-back faces.</summary>
    public static void WriteHeldBack(LabelReport report, string folder, CancellationToken cancellationToken)
    {
        File.WriteAllText(Path.Combine(folder, "report.txt"), EvaluationText.Labels(report));
        File.WriteAllText(Path.Combine(folder, "report.json"), EvaluationText.Json(report));
        Write("held-out faces", report, folder, cancellationToken);
    }
}
