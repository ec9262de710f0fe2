using System.CommandLine;
using System.Security.Cryptography;
using MaskApi.Onnx.BlazeFace;
using MaskApi.Training.Detection;
using MaskApi.Training.Network;
using MaskApi.Training.Reports;

namespace MaskApi.Training.Commands;

/// <summary><c>tune-detector</c>: fine-tunes MediaPipe's detector for masked, small and rotated faces.</summary>
internal static class TuneDetectorCommand
{
    public static Command Create()
    {
        var defaults = new DetectorRecipe();
        var data = new Option<FileInfo>("--data")
        {
            Description = "A pack written by 'pack-detector-data'.",
            Required = true,
        }.AcceptExistingOnly();
        var model = new Option<FileInfo>("--model")
        {
            Description = "face_detection_full_range.tflite.",
            Required = true,
        }.AcceptExistingOnly();
        var start = new Option<FileInfo?>("--start")
        {
            Description = "blaze_face_tuned.onnx of an earlier run. Replaces the first round; training continues from it.",
        };
        var output = new Option<string>("--out")
        {
            Description = "The run's folder.",
            DefaultValueFactory = _ => Path.Combine("runs", "detector"),
        };
        var device = new Option<string>("--device") { Description = "auto, cpu or cuda.", DefaultValueFactory = _ => "auto" }
            .AcceptOnlyFromAmong("auto", "cpu", "cuda");
        var first = Number("--first-steps", "Steps of the first round, on labelled pictures only.", defaults.FirstRoundSteps);
        var second = Number("--second-steps", "Steps of the second round, on all pictures; 0 skips it.", defaults.SecondRoundSteps);
        var batch = Number("--batch", "Views per step.", defaults.BatchSize);
        var rate = new Option<double>("--rate") { Description = "Peak learning rate.", DefaultValueFactory = _ => defaults.LearningRate };
        var share = new Option<double>("--unlabelled-share")
        {
            Description = "Share of the second round's views from unlabelled pictures.",
            DefaultValueFactory = _ => defaults.UnlabelledShare,
        };
        var empty = new Option<double>("--empty-share")
        {
            Description = "Share of the second round's views from pictures without people, if the pack holds any.",
            DefaultValueFactory = _ => defaults.EmptyShare,
        };
        var kept = new Option<double>("--original-share")
        {
            Description = "Share of the original weights that each round mixes back in.",
            DefaultValueFactory = _ => defaults.OriginalShare,
        };
        var rotated = new Option<double>("--rotated-share")
        {
            Description = "Share of views that are rotated.",
            DefaultValueFactory = _ => defaults.Sampler.Rotate,
        };
        var anyAngle = new Option<double>("--any-angle-share")
        {
            Description = "Share of rotated views with any angle; the others are rotated by a few degrees.",
            DefaultValueFactory = _ => defaults.Sampler.AnyAngle,
        };
        var largest = new Option<double>("--max-face")
        {
            Description = "Maximum longer side of the face on which a view is centered, in pixels; above --side, the view cuts it.",
            DefaultValueFactory = _ => defaults.Sampler.MaxFace,
        };
        var side = Number("--side", "Side of a view in pixels; a multiple of 32.", defaults.Sampler.Side);
        var seed = Number("--seed", "Random seed.", defaults.Seed);
        var folds = Number("--folds", "Number of folds; a hash of its name assigns each picture.", 5);
        var fold = new Option<int?>("--fold")
        {
            Description = "Fold to hold out for scoring, from 0. Without it, trains on all pictures.",
        };
        var command = new Command("tune-detector", "Fine-tunes the full-range face detector and writes it as ONNX.")
        {
            data, model, start, output, device, first, second, batch, rate, share, empty, kept, rotated, anyAngle, largest, side, seed,
            folds, fold,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var recipe = defaults with
            {
                FirstRoundSteps = parse.GetValue(first),
                SecondRoundSteps = parse.GetValue(second),
                BatchSize = parse.GetValue(batch),
                LearningRate = parse.GetValue(rate),
                UnlabelledShare = parse.GetValue(share),
                EmptyShare = parse.GetValue(empty),
                OriginalShare = parse.GetValue(kept),
                Seed = parse.GetValue(seed),
                Sampler = defaults.Sampler with
                {
                    Side = parse.GetValue(side),
                    Rotate = parse.GetValue(rotated),
                    AnyAngle = parse.GetValue(anyAngle),
                    MaxFace = parse.GetValue(largest),
                },
            };
            if (recipe.Sampler.Side % DetectorNetwork.SideMultiple != 0 || recipe.Sampler.Side <= 0)
            {
                RunConsole.Warn($"--side must be a multiple of {DetectorNetwork.SideMultiple}.");
                return 1;
            }

            var pack = parse.GetRequiredValue(data).FullName;
            var tflite = await File.ReadAllBytesAsync(parse.GetRequiredValue(model).FullName, cancellationToken).ConfigureAwait(false);
            var hash = Convert.ToHexStringLower(
                SHA256.HashData(await File.ReadAllBytesAsync(pack, cancellationToken).ConfigureAwait(false)));
            var where = TorchLoader.Device(parse.GetRequiredValue(device));

            // Leave one core to the sampler: torch's threads spin while one of them waits for a core.
            if (where.type == TorchSharp.DeviceType.CPU)
            {
                TorchSharp.torch.set_num_threads(Math.Max(1, Environment.ProcessorCount - 1));
            }

            var (parts, judged) = (parse.GetValue(folds), parse.GetValue(fold));
            var earlier = parse.GetValue(start) is { } file
                ? await File.ReadAllBytesAsync(file.FullName, cancellationToken).ConfigureAwait(false)
                : null;
            var config = new
            {
                recipe,
                data = hash,
                start = earlier is null ? null : Convert.ToHexStringLower(SHA256.HashData(earlier)),
                folds = parts,
                fold = judged,
                device = where.type.ToString(),
            };
            using var run = new DetectorRunFolder(parse.GetRequiredValue(output), config, RunConsole.Line);
            try
            {
                var weights = earlier is null ? null : BlazeFaceWeights.Read(tflite, earlier);
                using var tuned = await new DetectorTuning(tflite, weights, recipe, where, run).RunAsync(
                    DetectorPack.Read(pack), picture => judged is { } number && picture.Fold(parts) == number, cancellationToken)
                        .ConfigureAwait(false);
                run.WriteModel(tflite, tuned, $"detector pack, SHA-256 {hash}");
            }
            catch (OperationCanceledException)
            {
                RunConsole.Warn("Stopped; no model was written.");
                return 130;
            }
            catch (Exception e) when (e is InvalidDataException or NotSupportedException)
            {
                RunConsole.Warn(e.Message);
                return 1;
            }

            RunConsole.Line($"wrote {run.ModelPath}");
            return 0;
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
