using System.CommandLine;
using MaskApi.Training.Data;
using MaskApi.Training.Detection;
using MaskApi.Training.Evaluation;
using MaskApi.Training.Reports;
using MaskApi.Vision;
using MaskApi.Vision.Detection;

namespace MaskApi.Training.Commands;

/// <summary><c>evaluate</c>: runs the service's own pipeline over labelled pictures and scores it.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var data = new Option<string[]>("--data")
        {
            Description = $"Data sets: folders with pictures in {LabelledPictures.ClassFolders}; or with images/ and boxes.csv "
                + "(FOLDER:judge selects a part).",
            AllowMultipleArgumentsPerToken = true,
        };
        var nobody = new Option<string[]>("--without-people")
        {
            Description = "Folders of pictures without people. Every face found there is a false positive.",
            AllowMultipleArgumentsPerToken = true,
        };
        var cuts = new Option<string[]>("--cuts")
        {
            Description = "CSV files of cuts that one face fills (dataset,image,label,x,y,width,height), beside their data sets.",
            AllowMultipleArgumentsPerToken = true,
        };
        var overlap = new Option<float>("--iou")
        {
            Description = "Minimum IoU between a detected face and an annotated one.",
            DefaultValueFactory = _ => DetectionScore.Overlap,
        };
        var angles = new Option<bool>("--angles")
        {
            Description = "Also rotates pictures with large faces in steps of 30 degrees and detects again.",
        };
        var folds = new Option<int>("--folds") { Description = "Number of folds, as for 'fit-face-head'.", DefaultValueFactory = _ => 3 };
        var fold = new Option<int?>("--fold") { Description = "Scores only this fold's pictures: those that a model has not seen." };
        var models = new Option<string?>("--models") { Description = "Folder of the models. Default: the one shipped with the program." };
        var detail = new Option<DetectionDetail[]>("--detail")
        {
            Description = "Detection details to evaluate, one report each.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [DetectionDetail.Auto],
        };
        var jobs = new Option<int>("--jobs")
        {
            Description = "Pictures in parallel. Use 1 for timings.",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var output = new Option<string>("--out") { Description = "Folder for the reports.", DefaultValueFactory = _ => "runs/evaluation" };
        var command = new Command("evaluate", "Scores the models on labelled pictures: detection, classification, calibration, mistakes.")
        {
            data, nobody, cuts, overlap, angles, folds, fold, models, detail, jobs, output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(data) is null && result.GetResult(nobody) is null && result.GetResult(cuts) is null)
            {
                result.AddError("Give --data, --without-people or --cuts.");
            }
        });
        command.SetAction((parse, cancellationToken) => Task.Run(
            () =>
            {
                using var pipeline = FacePipeline.Load(new VisionOptions { ModelsPath = parse.GetValue(models) });
                var sets = (parse.GetValue(data) ?? []).Select(DataSetArgument.Parse)
                    .Select(set => (Name: set.Part is null ? set.Name : $"{set.Name} {set.Part}", Pictures: set.Read()))
                    .Concat((parse.GetValue(nobody) ?? []).Select(LabelledPictures.ReadWithoutPeople)
                        .Concat((parse.GetValue(cuts) ?? []).Select(LabelledPictures.ReadCuts))
                        .Select(pictures => (Name: pictures[0].Source, Pictures: pictures)));
                bool Selected(LabelledPicture picture) => parse.GetValue(fold) is not { } heldOut
                    || PackedPicture.FoldOf(picture.FullName, parse.GetValue(folds)) == heldOut;
                foreach (var (name, all) in sets)
                {
                    LabelledPicture[] pictures = [.. all.Where(Selected)];
                    foreach (var effort in parse.GetRequiredValue(detail))
                    {
                        var set = parse.GetValue(fold) is { } number ? $"{name} fold {number}" : name;
                        var title = $"{set}, detail {effort.ToString().ToLowerInvariant()}";
                        var evaluator = new Evaluator(pipeline, effort, parse.GetValue(overlap));
                        var result = RunConsole.Progress(
                            title, pictures.Length, progress => evaluator.Run(pictures, parse.GetValue(jobs), progress, cancellationToken));
                        if (parse.GetValue(angles))
                        {
                            result = result with { Angles = new AngleTest(pipeline, effort).Run(pictures, cancellationToken) };
                        }

                        var folder = title.Replace(", detail ", "-", StringComparison.Ordinal).Replace(' ', '-');
                        Write(title, result, Path.Combine(parse.GetRequiredValue(output), folder), cancellationToken);
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
        if (result.Labels is { } labels)
        {
            LabelReportFolder.Write(title, labels, folder, cancellationToken);
        }
    }
}
