using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MaskApi.Onnx.MobileNetV2;
using MaskApi.Training.Data;
using MaskApi.Training.Fitting;
using MaskApi.Training.Network;
using MaskApi.Training.Reports;
using MaskApi.Vision;
using MaskApi.Vision.Classification;
using MaskApi.Vision.Detection.BlazeFace;

namespace MaskApi.Training.Commands;

/// <summary><c>fit-face-head</c>: trains a head of the mask classifier that tells faces from the detector's false positives.</summary>
internal static class FitFaceHeadCommand
{
    public static Command Create()
    {
        var model = new Argument<FileInfo>("classifier.onnx")
        {
            Description = "A classifier written by 'train'. The head is added to it and replaces an existing one.",
        };
        model.AcceptExistingOnly();
        var data = new Option<string>("--data")
        {
            Description = "Detection set with images/ and boxes.csv (FOLDER:fit selects one part).",
            Required = true,
        };
        var portraits = Folders(
            "--portraits", "Folders by class, with a person in every picture. Confident detections there count as faces.");
        var empty = Folders("--without-people", "Folders of pictures without people.");
        var models = new Option<string?>("--models") { Description = "Folder of the detector. Default: the one shipped with the program." };
        var folds = new Option<int>("--folds") { Description = "Folds of the cross-validation.", DefaultValueFactory = _ => 3 };
        var penalty = new Option<double>("--penalty") { Description = "Ridge penalty of the head.", DefaultValueFactory = _ => 100 };
        var heldOut = new Option<string?>("--held-out")
        {
            Description = "Folder for the classifiers of the cross-validation: fold-N/mask_classifier.onnx has not seen fold N. "
                + "'evaluate --fold' scores them.",
        };
        var command = new Command(
            "fit-face-head", "Teaches a mask classifier to tell faces from false alarms; prints the weights of the confirmation.")
        {
            model, data, portraits, empty, models, folds, penalty, heldOut,
        };
        command.SetAction((parse, cancellationToken) => Task.Run(
            () =>
            {
                var (folder, part, _) = DataSetArgument.Parse(parse.GetRequiredValue(data));
                var file = parse.GetRequiredValue(model);
                var bytes = File.ReadAllBytes(file.FullName);
                using var detector = BlazeFaceDetector.Load(new VisionOptions { ModelsPath = parse.GetValue(models) });
                using var features = new FaceCandidateSource(detector, FaceHead.ShowFeatures(bytes));
                FaceCandidateCrop[] candidates =
                [
                    .. Cut("annotated faces", LabelledPictures.Read(folder, part), CandidateKind.Drawn),
                    .. Cut("portraits", All(portraits, item => LabelledPictures.Read(item)), CandidateKind.Portrait),
                    .. Cut("without people", All(empty, LabelledPictures.ReadWithoutPeople), CandidateKind.WithoutPeople),
                ];
                var fit = FaceHeadFit.Of(candidates, parse.GetValue(folds), parse.GetValue(penalty));
                Print(candidates, fit);
                if (parse.GetValue(heldOut) is { } output)
                {
                    foreach (var (fold, head) in fit.HeldOutHeads.Index())
                    {
                        var place = Directory.CreateDirectory(Path.Combine(output, $"fold-{fold}")).FullName;
                        File.WriteAllBytes(Path.Combine(place, ClassifierExport.ModelName + ".onnx"), FaceHead.Add(bytes, head, []));
                    }
                }

                File.WriteAllBytes(file.FullName, FaceHead.Add(bytes, fit.Head, Metadata(candidates)));
                return 0;

                LabelledPicture[] All(Option<string[]> option, Func<string, IReadOnlyList<LabelledPicture>> read) =>
                    [.. parse.GetRequiredValue(option).SelectMany(read)];

                IReadOnlyList<FaceCandidateCrop> Cut(string what, IReadOnlyList<LabelledPicture> pictures, CandidateKind kind) =>
                    RunConsole.Progress(what, pictures.Count, progress => features.Cut(pictures, kind, progress, cancellationToken));
            },
            cancellationToken));
        return command;
    }

    private static Option<string[]> Folders(string name, string description) => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        Required = true,
    };

    private static Dictionary<string, string> Metadata(FaceCandidateCrop[] candidates)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var candidate in candidates)
        {
            hash.AppendData(MemoryMarshal.AsBytes(candidate.Features.AsSpan()));
        }

        return new Dictionary<string, string>
        {
            ["face_head_data"] = string.Create(
                CultureInfo.InvariantCulture,
                $"{candidates.Count(candidate => candidate.IsFace)} faces, {candidates.Count(candidate => !candidate.IsFace)} false "
                    + $"positives; "
                + $"features' SHA-256 {Convert.ToHexStringLower(hash.GetCurrentHash())}"),
        };
    }

    private static void Print(FaceCandidateCrop[] candidates, FaceHeadFit fit)
    {
        var faces = candidates.Count(candidate => candidate.IsFace);
        RunConsole.Line($"{faces} faces, {candidates.Length - faces} false positives");
        foreach (var quality in fit.Qualities)
        {
            RunConsole.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{quality.Kind}: keeps {quality.FacesKept} of {quality.Faces} detected faces "
                + $"and {quality.FalseFacesKept} of {quality.FalseFaces} false positives"));
        }

        foreach (var (name, weight) in FaceRescoring.FeatureNames.Prepend("constant").Zip(fit.Weights))
        {
            RunConsole.Line(string.Create(CultureInfo.InvariantCulture, $"{weight,8:0.000}  {name}"));
        }
    }
}
