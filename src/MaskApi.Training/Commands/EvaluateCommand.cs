using System.CommandLine;
using MaskApi.Training.Data;
using MaskApi.Training.Evaluation;
using MaskApi.Training.Reports;
using MaskApi.Vision;
using MaskApi.Vision.Detection;

namespace MaskApi.Training.Commands;

/// <summary><c>evaluate</c>: the service's own pipeline over labelled pictures, scored.</summary>
internal static class EvaluateCommand
{
    private const int SheetSize = 64;

    public static Command Create()
    {
        var data = new Option<string[]>("--data")
        {
            Description = "Data sets: a folder with with_mask/ and without_mask/, or one with images/ and boxes.csv (FOLDER:judge takes one part).",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var models = new Option<string?>("--models") { Description = "Folder with the models; by default the one beside the program." };
        var detail = new Option<DetectionDetail[]>("--detail")
        {
            Description = "Detection efforts, one report each.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [DetectionDetail.Auto],
        };
        var jobs = new Option<int>("--jobs") { Description = "Pictures at a time; 1 for timings.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var output = new Option<string>("--out") { Description = "Folder for the reports.", DefaultValueFactory = _ => "runs/evaluation" };
        var command = new Command("evaluate", "Scores the models on labelled pictures: finding faces, judging them, calibration, mistakes.")
        {
            data, models, detail, jobs, output,
        };
        command.SetAction((parse, cancellationToken) => Task.Run(
            () =>
            {
                using var pipeline = FacePipeline.Load(new VisionOptions { ModelsPath = parse.GetValue(models) });
                foreach (var item in parse.GetRequiredValue(data))
                {
                    var (folder, part, _) = DataSetArgument.Parse(item);
                    var pictures = LabelledPictures.Read(folder, part);
                    foreach (var effort in parse.GetRequiredValue(detail))
                    {
                        var title = $"{pictures[0].Source}{(part is null ? string.Empty : " " + part)}, detail {effort.ToString().ToLowerInvariant()}";
                        var result = RunConsole.Progress(
                            title, pictures.Count, progress => new Evaluator(pipeline, effort).Run(pictures, parse.GetValue(jobs), progress, cancellationToken));
                        Write(title, result, Path.Combine(parse.GetRequiredValue(output), title.Replace(", detail ", "-", StringComparison.Ordinal).Replace(' ', '-')), cancellationToken);
                    }
                }

                return 0;
            },
            cancellationToken));
        return command;
    }

    private static void Write(string title, EvaluationResult result, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var text = EvaluationText.Text(title, result);
        RunConsole.Line(text);
        File.WriteAllText(Path.Combine(folder, "report.txt"), text);
        File.WriteAllText(Path.Combine(folder, "report.json"), EvaluationText.Json(title, result));
        File.WriteAllLines(Path.Combine(folder, "answers.jsonl"), EvaluationText.Answers(result));
        if (result.Labels is not { } labels)
            return;
        EvaluationPlots.Save(title, labels, Path.Combine(folder, "plots.png"));
        ContactSheet.Save([.. labels.Mistakes.Take(SheetSize)], Path.Combine(folder, "mistakes.png"), cancellationToken);
    }
}
