using System.CommandLine;
using MaskApi.Training.Data;
using MaskApi.Training.Reports;
using MaskApi.Vision;
using MaskApi.Vision.Detection;

namespace MaskApi.Training.Commands;

/// <summary><c>transfer-masks</c>: makes faces with masks worn wrong, and right, out of bare and masked ones.</summary>
internal static class TransferMasksCommand
{
    /// <summary>The source that such faces belong to, for a recipe to weigh.</summary>
    public const string Source = "transferred";

    public static Command Create()
    {
        var crops = new Option<string[]>("--crops") { Description = "Crop caches with bare and masked faces.", AllowMultipleArgumentsPerToken = true, Required = true };
        var output = new Option<string>("--out") { Description = "The cache file to write.", DefaultValueFactory = _ => "runs/transferred.zip" };
        var count = new Option<int>("--count") { Description = "How many faces.", DefaultValueFactory = _ => 2000 };
        var seed = new Option<int>("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1 };
        var models = new Option<string?>("--models") { Description = "Folder with the face detectors; by default the one beside the program." };
        var command = new Command("transfer-masks", "Puts photographed masks onto bare faces, in their place, below the nose and on the chin, for training.")
        {
            crops, output, count, seed, models,
        };
        command.SetAction((parse, cancellationToken) => Task.Run(
            () =>
            {
                using var detector = FaceDetector.Load(new VisionOptions { ModelsPath = parse.GetValue(models) });
                var all = parse.GetRequiredValue(crops).SelectMany(CropFile.Read).Where(c => c is { Origin: BoxOrigin.Detector, FaceSide: >= 90 }).ToArray();
                var frontal = RunConsole.Progress("finding key points", all.Length, report => Frontal(detector, all, report, cancellationToken));
                var made = Make(frontal, parse.GetValue(count), parse.GetValue(seed));
                CropFile.Write(parse.GetRequiredValue(output), made);
                RunConsole.Line($"{parse.GetRequiredValue(output)}: {made.Count} faces from {frontal.Count} seen from the front");
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static List<(LabelledCrop Crop, FaceLandmarks Marks)> Frontal(
        FaceDetector detector, LabelledCrop[] crops, IProgress<int> progress, CancellationToken cancellationToken)
    {
        var found = new (LabelledCrop, FaceLandmarks)?[crops.Length];
        var done = 0;
        Parallel.For(0, crops.Length, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            var image = RgbImage.Decode(crops[i].Encoded, cancellationToken);
            using var raster = image.ToRaster();
            var box = crops[i].Within(image);
            var faces = detector.Detect(raster, new AnalysisOptions { Detail = DetectionDetail.Fast }, cancellationToken);
            var face = faces.FirstOrDefault(f => f.Box.IntersectionOverUnion(box) > 0.5);
            if (faces.Count > 0 && face.Confidence > 0.8f && MaskTransfer.IsFrontal(face.Landmarks))
            {
                found[i] = (crops[i], face.Landmarks);
            }

            progress.Report(Interlocked.Increment(ref done));
        });
        return [.. found.OfType<(LabelledCrop, FaceLandmarks)>()];
    }

    private static List<LabelledCrop> Make(List<(LabelledCrop Crop, FaceLandmarks Marks)> faces, int count, int seed)
    {
        var bare = faces.Where(f => f.Crop.Label == FaceLabel.WithoutMask).ToArray();
        var masked = faces.Where(f => f.Crop.Label == FaceLabel.WithMask).ToArray();
        var made = new LabelledCrop[count];
        Parallel.For(0, count, i =>
        {
            var random = new SeededRandom(seed, i, 0x3A5C);
            var (face, mask) = (bare[random.Below(bare.Length)], masked[random.Below(masked.Length)]);
            var place = random.Next() switch
            {
                < 0.45 => MaskTransfer.Place.BelowNose,
                < 0.6 => MaskTransfer.Place.OnChin,
                _ => MaskTransfer.Place.InPlace,
            };
            var image = RgbImage.Decode(face.Crop.Encoded);
            MaskTransfer.Apply(image, face.Marks, RgbImage.Decode(mask.Crop.Encoded), mask.Marks, place, random);
            var label = place == MaskTransfer.Place.InPlace ? FaceLabel.WithMask : FaceLabel.IncorrectMask;
            made[i] = face.Crop with
            {
                Source = Source,
                Picture = $"{face.Crop.Source}-{face.Crop.Picture}+{mask.Crop.Source}-{mask.Crop.Picture}",
                Label = label,
                Tag = string.Empty,
                CropHash = PerceptualHash.Of(image, face.Crop.ServiceRect(face.Crop.Box, image)),
                Encoded = image.ToJpeg(94),
            };
        });
        return [.. made];
    }
}
