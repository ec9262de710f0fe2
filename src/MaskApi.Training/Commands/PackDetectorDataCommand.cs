using System.CommandLine;
using MaskApi.Training.Data;
using MaskApi.Training.Detection;
using MaskApi.Training.Reports;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Commands;

/// <summary><c>pack-detector-data</c>: packs everything that <c>tune-detector</c> trains on into one file.</summary>
internal static class PackDetectorDataCommand
{
    // Unlabelled pictures are mostly portraits. At this size their faces still exceed the largest that a view shows.
    private const int LongSide = 320;
    // In pictures without people, face-like things may be anywhere, and small.
    private const int LongSideWithoutPeople = 720;
    private const int Quality = 80;

    public static Command Create()
    {
        var labelled = new Option<string>("--labelled") { Description = "Folder with images/ and boxes.csv.", Required = true };
        var part = new Option<string?>("--part") { Description = "Use only this part of boxes.csv.", DefaultValueFactory = _ => "fit" };
        var unlabelled = new Option<string[]>("--unlabelled")
        {
            Description = "Folders with with_mask/ and without_mask/ and no boxes.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var empty = new Option<string[]>("--without-people")
        {
            Description = "Folders of pictures without people.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var output = new Option<string>("--out")
        {
            Description = "The file to write.",
            DefaultValueFactory = _ => Path.Combine("runs", "detector.pack.zip"),
        };
        var command = new Command("pack-detector-data", "Packs pictures and boxes into one file for 'tune-detector'.")
        {
            labelled, part, unlabelled, empty, output,
        };
        command.SetAction((parse, cancellationToken) =>
        {
            var path = parse.GetRequiredValue(output);
            try
            {
                var certain = LabelledPictures.Read(parse.GetRequiredValue(labelled), parse.GetValue(part))
                    .Where(picture => !picture.Faces.Any(face => face.Ignored)).Select(AsItIs);
                var others = parse.GetRequiredValue(unlabelled)
                    .SelectMany(folder => LabelledPictures.Read(folder))
                    .AsParallel().AsOrdered().WithCancellation(cancellationToken)
                    .Select(picture => Reduced(picture, null, LongSide, cancellationToken));
                var nobody = parse.GetRequiredValue(empty)
                    .SelectMany(LabelledPictures.ReadWithoutPeople)
                    .AsParallel().AsOrdered().WithCancellation(cancellationToken)
                    .Select(picture => Reduced(picture, [], LongSideWithoutPeople, cancellationToken));
                DetectorPack.Write(path, certain.Concat(others).Concat(nobody));
            }
            catch (Exception e) when (e is InvalidDataException or DirectoryNotFoundException)
            {
                RunConsole.Warn(e.Message);
                return Task.FromResult(1);
            }

            RunConsole.Line($"{path}: {new FileInfo(path).Length / 1e6:0.0} MB");
            return Task.FromResult(0);
        });
        return command;
    }

    private static PackedPicture AsItIs(LabelledPicture picture) => new(
        picture.FullName, [.. picture.Faces.Select(face => face.Box)], File.ReadAllBytes(picture.Path));

    private static PackedPicture Reduced(
        LabelledPicture picture, IReadOnlyList<PixelBox>? boxes, int longSide, CancellationToken cancellationToken)
    {
        var image = RgbImage.Decode(File.ReadAllBytes(picture.Path), cancellationToken);
        var scale = Math.Min(1, (double)longSide / Math.Max(image.Width, image.Height));
        var small = Resampler.Resize(
            image,
            new SampleRect(0, 0, image.Width, image.Height),
            Math.Max(1, (int)Math.Round(image.Width * scale)),
            Math.Max(1, (int)Math.Round(image.Height * scale)));
        return new PackedPicture(picture.FullName, boxes, small.ToJpeg(Quality));
    }
}
