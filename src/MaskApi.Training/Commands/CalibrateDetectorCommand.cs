using System.CommandLine;
using System.Globalization;
using MaskApi.Training.Data;
using MaskApi.Training.Detection;
using MaskApi.Training.Evaluation;
using MaskApi.Training.Reports;
using MaskApi.Vision;
using MaskApi.Vision.Detection;
using MaskApi.Vision.Detection.BlazeFace;

namespace MaskApi.Training.Commands;

/// <summary><c>calibrate-detector</c>: fits the weights that turn the passes' reports into one confidence, and prints them.</summary>
internal static class CalibrateDetectorCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = "Detection set with images/ and boxes.csv (FOLDER:fit selects one part).",
            Required = true,
        };
        var models = new Option<string?>("--models") { Description = "Folder of the detector. Default: the one shipped with the program." };
        var empty = new Option<string[]>("--without-people")
        {
            Description = "Folders of pictures without people.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var folds = new Option<int>("--folds") { Description = "Number of folds, as for 'tune-detector'.", DefaultValueFactory = _ => 5 };
        var fold = new Option<int?>("--fold") { Description = "Uses only this fold: the one that 'tune-detector' held out." };
        var penalty = new Option<double>("--penalty") { Description = "Ridge penalty.", DefaultValueFactory = _ => 1 };
        var command = new Command("calibrate-detector", "Fits the detection confidence of each plan of looks, and prints its weights.")
        {
            data, empty, models, folds, fold, penalty,
        };
        command.SetAction((parse, cancellationToken) => Task.Run(
            () =>
            {
                var (folder, part, _) = DataSetArgument.Parse(parse.GetRequiredValue(data));
                bool Selected(LabelledPicture picture) => parse.GetValue(fold) is not { } heldOut
                    || PackedPicture.FoldOf(picture.FullName, parse.GetValue(folds)) == heldOut;
                var pictures = LabelledPictures.Read(folder, part)
                    .Concat(parse.GetRequiredValue(empty).SelectMany(LabelledPictures.ReadWithoutPeople)).Where(Selected).ToArray();

                using var detector = BlazeFaceDetector.Load(new VisionOptions { ModelsPath = parse.GetValue(models) });
                var found = Enum.GetValues<DetectionDetail>().ToDictionary(detail => detail, detail => RunConsole.Progress(
                    detail.ToString(),
                    pictures.Length,
                    progress => DetectionCalibration.Search(detector, pictures, detail, progress, cancellationToken)));
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
                {detail}: {quality.Candidates} candidates, {quality.Faces} of them annotated faces
                  {quality.PicturesWithoutPeople} pictures without people
                  best score only {quality.ByBestScore}
                  current         {quality.AsItIs}
                  fitted          {quality.CrossValidated}
                """));
        }

        foreach (var (name, weight) in FaceFeatures.Names.Prepend("constant").Zip(calibration.Weights))
        {
            RunConsole.Line(string.Create(CultureInfo.InvariantCulture, $"{weight,8:0.000}  {name}"));
        }
    }
}
