using System.CommandLine;
using System.Diagnostics;
using MaskApi.Training.Data;
using MaskApi.Training.Reports;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;

namespace MaskApi.Training.Commands;

/// <summary><c>crops</c>: crops the labelled faces of one or more data sets into one cache file.</summary>
internal static class CropsCommand
{
    public static Command Create()
    {
        var data = new Option<string[]>("--data")
        {
            Description = $"Data sets: folders with pictures in {LabelledPictures.ClassFolders}; or with images/ and boxes.csv "
                + "(FOLDER:fit selects a part).",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var output = new Option<string>("--out") { Description = "The cache file to write.", DefaultValueFactory = _ => "runs/crops.zip" };
        var models = new Option<string?>("--models") { Description = "Folder of the detector. Default: the one shipped with the program." };
        var detail = new Option<DetectionDetail>("--detail")
        {
            Description = "Detection effort.",
            DefaultValueFactory = _ => DetectionDetail.High,
        };
        var threshold = new Option<float>("--threshold") { Description = "Minimum detection confidence.", DefaultValueFactory = _ => 0.3f };
        var maxSide = new Option<int>("--max-side")
        {
            Description = "Maximum longer side of a crop, in pixels.",
            DefaultValueFactory = _ => 288,
        };
        var quality = new Option<int>("--quality") { Description = "JPEG quality of the crops.", DefaultValueFactory = _ => 94 };
        var command = new Command("crops", "Crops labelled faces as the service would, into one file for training.")
        {
            data, output, models, detail, threshold, maxSide, quality,
        };
        command.SetAction((parse, cancellationToken) => Task.Run(() =>
        {
            using var detector = BlazeFaceDetector.Load(new VisionOptions { ModelsPath = parse.GetValue(models) });
            var options = new CropOptions
            {
                Detail = parse.GetValue(detail),
                DetectionThreshold = parse.GetValue(threshold),
                MaxSide = parse.GetValue(maxSide),
                Quality = parse.GetValue(quality),
            };
            return Run(parse.GetRequiredValue(data), parse.GetRequiredValue(output), new CropMaker(detector, options), cancellationToken);
        }, cancellationToken));
        return command;
    }

    internal static int Run(IReadOnlyList<string> data, string output, CropMaker maker, CancellationToken cancellationToken)
    {
        var all = new List<LabelledCrop>();
        foreach (var item in data)
        {
            var set = DataSetArgument.Parse(item);
            var pictures = set.Read();
            var clock = Stopwatch.StartNew();
            var result = RunConsole.Progress($"cropping {item}", pictures.Count, report => maker.Cut(pictures, report, cancellationToken));
            all.AddRange(result.Crops);
            var labels = result.Crops.CountBy(c => c.Label).ToDictionary(c => c.Key, c => c.Value);
            var missed = Path.ChangeExtension(WithFolder(output), $".{set.Name}.missed.txt");
            File.WriteAllLines(missed, [.. result.WithoutDetection, .. result.Unreadable]);
            RunConsole.Line(
                $"{item}: {pictures.Count} pictures, {result.Crops.Count} faces ({labels.GetValueOrDefault(FaceLabel.WithMask)} with, "
                + $"{labels.GetValueOrDefault(FaceLabel.WithoutMask)} without, "
                + $"{labels.GetValueOrDefault(FaceLabel.IncorrectMask)} incorrect), "
                + $"{result.WithoutDetection.Count} not found by the detector, "
                + $"{result.Unreadable.Count} unreadable{(result.Unreadable.Count > 0 ? $" (see {missed})" : string.Empty)}, "
                + $"{clock.Elapsed.TotalSeconds:0} s");
        }

        CropFile.Write(output, all);
        RunConsole.Line($"{output}: {all.Count} faces, {new FileInfo(output).Length / 1e6:0.0} MB, data {CropFile.Fingerprint(all)[..16]}");
        return 0;
    }

    private static string WithFolder(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return path;
    }
}
