using System.CommandLine;
using System.Globalization;
using MaskApi.Training.Data;
using MaskApi.Training.Fitting;
using MaskApi.Training.Network;
using MaskApi.Training.Reports;
using MaskApi.Vision;
using MaskApi.Vision.Detection.BlazeFace;

namespace MaskApi.Training.Commands;

/// <summary><c>train</c>: trains a model for the service from crop caches and the backbone.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var crops = new Option<string[]>("--crops")
        {
            Description = "Crop caches written by 'crops'.",
            AllowMultipleArgumentsPerToken = true,
        };
        var data = new Option<string[]>("--data")
        {
            Description = "Data sets to crop first, into the run's folder: FOLDER or FOLDER:PART, optionally with =WEIGHT for the loss.",
            AllowMultipleArgumentsPerToken = true,
        };
        var models = new Option<string?>("--models")
        {
            Description = "Folder of the detector, for --data. Default: the one shipped with the program.",
        };
        var backbone = new Option<string>("--backbone")
        {
            Description = "Folder with layers.json and the ImageNet weights.",
            Required = true,
        };
        var recipe = new Option<string>("--recipe") { Description = "original, best, or a JSON file.", DefaultValueFactory = _ => "best" };
        var split = new Option<string?>("--split")
        {
            Description = "Overrides the recipe's split: random, or grouped to keep near-duplicates together.",
        };
        split.AcceptOnlyFromAmong("random", "grouped");
        var seed = new Option<int>("--seed") { Description = "Random seed.", DefaultValueFactory = _ => 1 };
        var repeat = new Option<int>("--repeat")
        {
            Description = "Number of runs with consecutive seeds; prints mean and spread.",
            DefaultValueFactory = _ => 1,
        };
        var device = new Option<string>("--device") { Description = "auto, cpu or cuda.", DefaultValueFactory = _ => "auto" };
        var output = new Option<string?>("--out") { Description = "The run's folder. Default: runs/<recipe>." };
        var resume = new Option<bool>("--resume") { Description = "Resume from the checkpoint in the run's folder." };
        var command = new Command("train", "Trains the mask classifier and writes it as ONNX.")
        {
            crops, data, models, backbone, recipe, split, seed, repeat, device, output, resume,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(crops) is null && result.GetResult(data) is null)
            {
                result.AddError("Give --crops, --data, or both.");
            }
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            var how = Recipe.Load(parse.GetRequiredValue(recipe));
            if (parse.GetValue(split) is { } sides)
            {
                how = how with { GroupedSplit = sides == "grouped" };
            }

            var folder = parse.GetValue(output) ?? Path.Combine("runs", how.Name);
            var caches = (parse.GetValue(crops) ?? []).ToList();
            if (parse.GetValue(data) is { Length: > 0 } sets)
            {
                how = how with { SourceWeights = Weighted(how.SourceWeights, sets) };
                caches.Add(Cut(sets, Path.Combine(folder, "crops.zip"), parse.GetValue(models), parse.GetValue(resume), cancellationToken));
            }

            var faces = caches.SelectMany(CropFile.Read).ToArray();
            how = Suited(how, faces);
            var weights = BackboneWeights.Load(parse.GetRequiredValue(backbone));
            var where = TorchLoader.Device(parse.GetRequiredValue(device));
            var results = new List<RunResult>();
            try
            {
                for (var i = 0; i < parse.GetValue(repeat); i++)
                {
                    var runSeed = parse.GetValue(seed) + i;
                    var runFolder = parse.GetValue(repeat) > 1 ? Path.Combine(folder, $"seed-{runSeed}") : folder;
                    RunConsole.Line($"{how.Name}, seed {runSeed}, {where.type.ToString().ToLowerInvariant()}, {runFolder}");
                    results.Add(await TrainingRun.ExecuteAsync(
                        faces, weights, how, runSeed, where, runFolder, parse.GetValue(resume), new ConsoleObserver(), cancellationToken)
                            .ConfigureAwait(false));
                    RunReport.Write(runFolder);
                    Print(results[^1]);
                }
            }
            catch (OperationCanceledException)
            {
                RunConsole.Warn("Stopped. Use --resume to continue from the last finished epoch.");
                return 130;
            }

            if (results.Count > 1)
            {
                Summarize(results);
            }

            return 0;
        });
        return command;
    }

    private static Dictionary<string, double> Weighted(IReadOnlyDictionary<string, double> weights, string[] sets)
    {
        var result = new Dictionary<string, double>(weights);
        foreach (var set in sets.Select(DataSetArgument.Parse))
        {
            if (set.Weight is not { } weight)
            {
                continue;
            }

            // sources.csv may name several, none of them after the folder.
            foreach (var source in LabelledPictures.Read(set.Folder, set.Part).Select(picture => picture.Source).Distinct())
            {
                result[source] = weight;
            }
        }

        return result;
    }

    /// <summary>The recipe for these faces: a model must not claim to know a verdict of which it has seen no example.</summary>
    /// <exception cref="InvalidDataException">There are no faces with a mask, or none without.</exception>
    internal static Recipe Suited(Recipe recipe, IReadOnlyList<LabelledCrop> faces)
    {
        var labels = faces.Where(face => TrainingSet.Uses(recipe, face)).Select(face => face.Label).ToHashSet();
        foreach (var label in (FaceLabel[])[FaceLabel.WithMask, FaceLabel.WithoutMask])
        {
            if (!labels.Contains(label))
            {
                throw new InvalidDataException($"No face that the recipe uses is labelled '{LabelledPictures.Name(label)}'.");
            }
        }

        if (recipe.Head == VerdictHead.Mask || labels.Contains(FaceLabel.IncorrectMask))
        {
            return recipe;
        }

        RunConsole.Warn("No face is labelled 'incorrect_mask', so the model will not know the verdict 'incorrectly_worn'.");
        return recipe with { Head = VerdictHead.Mask };
    }

    private static string Cut(string[] sets, string path, string? models, bool resume, CancellationToken cancellationToken)
    {
        // A resumed run continues with exactly the faces it began with.
        if (resume && File.Exists(path))
        {
            return path;
        }

        using var detector = BlazeFaceDetector.Load(new VisionOptions { ModelsPath = models });
        CropsCommand.Run(sets, path, new CropMaker(detector, new CropOptions()), cancellationToken);
        return path;
    }

    private static void Print(RunResult r) => RunConsole.Line(string.Create(
        CultureInfo.InvariantCulture,
        $"seed {r.Seed}: validation accuracy {r.ValidationAccuracy:0.0000}, balanced {r.ValidationBalancedAccuracy:0.0000}, "
        + $"loss {r.ValidationLoss:0.0000} (calibrated {r.CalibratedLoss:0.0000}, temperatures "
        + $"{string.Join(" and ", r.Temperatures.Select(t => t.ToString("0.00", CultureInfo.InvariantCulture)))}); "
        + $"phase 1 {r.HeadSeconds:0} s, phase 2 {r.TuningSeconds:0} s, total {r.TotalSeconds:0} s"));

    private static void Summarize(List<RunResult> results)
    {
        string Spread(Func<RunResult, double> of)
        {
            var values = results.Select(of).ToArray();
            var mean = values.Average();
            var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
            return string.Create(
                CultureInfo.InvariantCulture, $"{mean:0.0000} ± {deviation:0.0000} ({values.Min():0.0000}–{values.Max():0.0000})");
        }

        RunConsole.Line($"{results.Count} runs, mean ± standard deviation (min–max):");
        RunConsole.Line($"  validation accuracy  {Spread(r => r.ValidationAccuracy)}");
        RunConsole.Line($"  balanced accuracy    {Spread(r => r.ValidationBalancedAccuracy)}");
        RunConsole.Line($"  validation loss      {Spread(r => r.ValidationLoss)}");
        RunConsole.Line($"  phase 1 / 2, seconds {Spread(r => r.HeadSeconds)} / {Spread(r => r.TuningSeconds)}");
    }
}
