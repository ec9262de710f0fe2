using System.CommandLine;
using System.Globalization;
using MaskApi.Training.Data;
using MaskApi.Training.Evaluation;
using MaskApi.Training.Reports;
using MaskApi.Vision;
using MaskApi.Vision.Detection;

namespace MaskApi.Training.Commands;

/// <summary><c>calibrate-detector</c>: fits what turns the looks' reports into one confidence, and prints it.</summary>
internal static class CalibrateDetectorCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "A detection set: images/ and boxes.csv (FOLDER:fit takes one part).", Required = true };
        var models = new Option<string?>("--models") { Description = "Folder with the detector; by default the one beside the program." };
        var only = new Option<FileInfo?>("--only")
        {
            Description = "Takes the pictures named in this file alone, one a line: those that the detector was not trained on.",
        };
        var penalty = new Option<double>("--penalty") { Description = "Ridge penalty.", DefaultValueFactory = _ => 1 };
        var command = new Command("calibrate-detector", "Fits the detection confidence of each plan of looks, and prints its weights.")
        {
            data, models, only, penalty,
        };
        command.SetAction((parse, cancellationToken) => Task.Run(
            () =>
            {
                var (folder, part, _) = DataSetArgument.Parse(parse.GetRequiredValue(data));
                var pictures = LabelledPictures.Read(folder, part);
                if (parse.GetValue(only) is { } list)
                {
                    var names = File.ReadAllLines(list.FullName).Select(line => line.Trim()).ToHashSet(StringComparer.Ordinal);
                    pictures = [.. pictures.Where(picture => names.Contains(picture.Name))];
                }

                using var detector = FaceDetector.Load(new VisionOptions { ModelsPath = parse.GetValue(models) });
                var found = Enum.GetValues<DetectionDetail>().ToDictionary(detail => detail, detail => RunConsole.Progress(
                    detail.ToString(), pictures.Count, progress => DetectionCalibration.Search(detector, pictures, detail, progress, cancellationToken)));
                Print(DetectionCalibration.Fit(found, parse.GetValue(penalty)));
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static void Print(DetectionCalibration calibration)
    {
        foreach (var (detail, quality) in calibration.Qualities)
        {
            RunConsole.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"""
                {detail}: {quality.Candidates} candidates, {quality.Faces} of them drawn faces
                  by best score   {quality.ByBestScore}
                  as it is        {quality.AsItIs}
                  fitted          {quality.CrossValidated}
                """));
        }

        foreach (var (name, weight) in FaceSigns.Names.Prepend("constant").Zip(calibration.Weights))
            RunConsole.Line(string.Create(CultureInfo.InvariantCulture, $"{weight,8:0.000}  {name}"));
    }
}
