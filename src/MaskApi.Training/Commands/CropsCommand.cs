using System.CommandLine;
using System.Diagnostics;
using MaskApi.Training.Data;
using MaskApi.Training.Reports;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;

namespace MaskApi.Training.Commands;

/// <summary><c>crops</c>: cuts the labelled faces of any number of data sets into one cache file.</summary>
internal static class CropsCommand
{
    public static Command Create()
    {
        var data = new Option<string[]>("--data")
        {
            Description = "Data sets: a folder with with_mask/ and without_mask/, or one with images/ and boxes.csv (FOLDER:fit takes one part).",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var output = new Option<string>("--out") { Description = "The cache file to write.", DefaultValueFactory = _ => "runs/crops.zip" };
        var models = new Option<string?>("--models") { Description = "Folder with the face detectors; by default the one beside the program." };
        var detail = new Option<DetectionDetail>("--detail") { Description = "Detection effort.", DefaultValueFactory = _ => DetectionDetail.High };
        var threshold = new Option<float>("--threshold") { Description = "Least confidence of a face.", DefaultValueFactory = _ => 0.3f };
        var maxSide = new Option<int>("--max-side") { Description = "Longer side of a cut, pixels.", DefaultValueFactory = _ => 288 };
        var quality = new Option<int>("--quality") { Description = "JPEG quality of the cuts.", DefaultValueFactory = _ => 94 };
        var command = new Command("crops", "Cuts labelled faces as the service would and keeps them in one file for training.")
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
            var (folder, part, _) = DataSetArgument.Parse(item);
            var pictures = LabelledPictures.Read(folder, part);
            var clock = Stopwatch.StartNew();
            var result = RunConsole.Progress($"cutting {item}", pictures.Count, report => maker.Cut(pictures, report, cancellationToken));
            all.AddRange(result.Crops);
            var labels = result.Crops.CountBy(c => c.Label).ToDictionary(c => c.Key, c => c.Value);
            RunConsole.Line(
                $"{item}: {pictures.Count} pictures, {result.Crops.Count} faces ({labels.GetValueOrDefault(FaceLabel.WithMask)} with, "
                + $"{labels.GetValueOrDefault(FaceLabel.WithoutMask)} without, {labels.GetValueOrDefault(FaceLabel.IncorrectMask)} incorrect), "
                + $"{result.WithoutDetection.Count} not found by the detector, {result.Unreadable.Count} unreadable, {clock.Elapsed.TotalSeconds:0} s");
            File.WriteAllLines(Path.ChangeExtension(Prepared(output), $".{pictures[0].Source}.missed.txt"), [.. result.WithoutDetection, .. result.Unreadable]);
        }

        CropFile.Write(output, all);
        RunConsole.Line($"{output}: {all.Count} faces, {new FileInfo(output).Length / 1e6:0.0} MB, data {CropFile.Fingerprint(all)[..16]}");
        return 0;
    }

    private static string Prepared(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return path;
    }
}
