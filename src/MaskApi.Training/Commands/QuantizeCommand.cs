using System.CommandLine;
using System.Globalization;
using MaskApi.Onnx.Quantization;
using MaskApi.Training.Data;
using MaskApi.Training.Quantization;
using MaskApi.Training.Reports;

namespace MaskApi.Training.Commands;

/// <summary><c>quantize</c>: a trained classifier into one that computes on bytes.</summary>
internal static class QuantizeCommand
{
    public static Command Create()
    {
        var source = new Argument<FileInfo>("float.onnx") { Description = "A classifier that 'train' wrote" };
        source.AcceptExistingOnly();
        var target = new Argument<FileInfo>("int8.onnx") { Description = "Where to write the quantized classifier" };
        var crops = new Option<string[]>("--crops")
        {
            Description = "Crop caches, made by 'crops': faces to calibrate with, and others to compare on.",
            AllowMultipleArgumentsPerToken = true,
            Required = true,
        };
        var faces = new Option<int>("--faces") { Description = "Faces to calibrate with.", DefaultValueFactory = _ => 400 };
        var compare = new Option<int>("--compare") { Description = "Faces to compare on.", DefaultValueFactory = _ => 1000 };
        var seed = new Option<int>("--seed") { Description = "Decides which faces.", DefaultValueFactory = _ => 1 };
        var command = new Command("quantize", "Quantizes the mask classifier to int8 and compares the two.")
        {
            source, target, crops, faces, compare, seed,
        };
        command.SetAction((parse, cancellationToken) => Task.Run(
            () => Run(
                parse.GetRequiredValue(source),
                parse.GetRequiredValue(target),
                [.. parse.GetRequiredValue(crops).SelectMany(CropFile.Read).Where(crop => crop.Label != FaceLabel.IncorrectMask)],
                parse.GetValue(faces),
                parse.GetValue(compare),
                parse.GetValue(seed),
                cancellationToken),
            cancellationToken));
        return command;
    }

    private static int Run(
        FileInfo source, FileInfo target, LabelledCrop[] crops, int faces, int compare, int seed, CancellationToken cancellationToken)
    {
        new SeededRandom(seed).Shuffle<LabelledCrop>(crops);
        var chosen = crops.Take(faces).ToArray();
        var others = crops.Skip(faces).Take(compare).ToArray();
        if (others.Length == 0)
        {
            RunConsole.Warn($"{crops.Length} faces are too few: {faces} to calibrate with, and others to compare on.");
            return 1;
        }

        var model = File.ReadAllBytes(source.FullName);
        var calibration = RunConsole.Progress(
            "calibrating", chosen.Length, progress => ClassifierCalibration.Of(model, chosen, progress, cancellationToken));
        var quantized = StaticQuantizer.Quantize(model, calibration, []);
        var result = RunConsole.Progress(
            "comparing", others.Length, progress => QuantizationComparison.Of(model, quantized, others, progress, cancellationToken));
        File.WriteAllBytes(target.FullName, quantized);
        RunConsole.Line($"{target.Name}: {quantized.Length} bytes, {(double)quantized.Length / model.Length:P0} of {source.Name}");
        RunConsole.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Faces} other faces: accuracy {result.FloatAccuracy:0.0000} float, {result.QuantizedAccuracy:0.0000} quantized; "
            + $"same label for {result.Agreement:0.0000}, probabilities {result.MeanDifference:0.0000} apart on average; "
            + $"{result.Speedup:0.00} times as fast on one thread"));
        return 0;
    }
}
