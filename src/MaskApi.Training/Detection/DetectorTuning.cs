using MaskApi.Training.Data;
using MaskApi.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace MaskApi.Training.Detection;

/// <summary>Told what happens in a tuning run.</summary>
internal interface IDetectorObserver
{
    /// <summary>A line for people.</summary>
    void Say(string line);

    /// <summary>Training goes on in a round.</summary>
    void Report(string round, DetectorProgress progress);
}

/// <summary>
/// The whole of tuning. Few pictures are labelled and many are not, so: a first round learns from the labelled ones alone; the network it
/// makes labels the others; a second round starts again from the original weights and learns from both.
/// </summary>
/// <param name="tflite">The original network.</param>
/// <param name="recipe">How to tune.</param>
/// <param name="device">Where to run.</param>
/// <param name="observer">Told what happens.</param>
internal sealed class DetectorTuning(byte[] tflite, DetectorRecipe recipe, Device device, IDetectorObserver observer)
{
    // Looks by which held-out pictures are judged: the picture as it is mostly, and crowds enlarged.
    private static ReadOnlySpan<int> JudgedLooks => [192, 400, 800];

    /// <summary>Tunes.</summary>
    /// <param name="pictures">All pictures of a pack.</param>
    /// <param name="heldOut">Whether a labelled picture is kept for judging; such a picture is never learned from.</param>
    /// <param name="cancellationToken">Ends the run with an exception.</param>
    /// <returns>The tuned network, owned by the caller.</returns>
    public async Task<DetectorNetwork> RunAsync(
        IReadOnlyList<PackedPicture> pictures, Func<PackedPicture, bool> heldOut, CancellationToken cancellationToken)
    {
        var labelled = Decode([.. pictures.Where(picture => picture.Boxes is not null && !heldOut(picture))], cancellationToken);
        var unlabelled = Decode([.. pictures.Where(picture => picture.Boxes is null)], cancellationToken);
        var judged = Decode([.. pictures.Where(picture => picture.Boxes is not null && heldOut(picture))], cancellationToken);
        Say($"{labelled.Length} labelled pictures, {unlabelled.Length} without labels, {judged.Length} held out");

        using var original = Original();
        var originalFinder = new FaceFinder(original, device);
        var (taught, shift) = Teach(labelled, originalFinder, cancellationToken);
        Judge("original, boxes shifted", originalFinder, shift, judged, cancellationToken);

        DetectorNetwork? first = null;
        try
        {
            first = await RoundAsync("first", taught, [.. taught.Select(Frequency)], recipe.FirstRoundSteps, 0, cancellationToken)
                .ConfigureAwait(false);
            var firstFinder = new FaceFinder(first, device);
            Judge("first round", firstFinder, BoxShift.None, judged, cancellationToken);
            if (recipe.SecondRoundSteps == 0 || unlabelled.Length == 0)
                return Hand(ref first);

            var newly = LabelOthers(unlabelled, firstFinder, originalFinder, shift, cancellationToken);
            var all = taught.Concat(newly).ToArray();
            var second = await RoundAsync("second", all, Shares(taught, newly), recipe.SecondRoundSteps, 1, cancellationToken)
                .ConfigureAwait(false);
            Judge("second round", new FaceFinder(second, device), BoxShift.None, judged, cancellationToken);
            return second;
        }
        finally
        {
            first?.Dispose();
        }
    }

    private static DetectorNetwork Hand(ref DetectorNetwork? network)
    {
        var handed = network!;
        network = null;
        return handed;
    }

    // A crowd has more to teach than a portrait, but not as much more as it has faces.
    private static double Frequency(TrainingPicture picture) => Math.Sqrt(Math.Max(1, picture.Faces.Count));

    private double[] Shares(TrainingPicture[] labelled, List<TrainingPicture> newly)
    {
        var total = labelled.Sum(Frequency);
        return
        [
            .. labelled.Select(picture => Frequency(picture) / total * (1 - recipe.UnlabelledShare)),
            .. newly.Select(_ => recipe.UnlabelledShare / newly.Count),
        ];
    }

    private static (PackedPicture Packed, RgbImage Image)[] Decode(
        IReadOnlyList<PackedPicture> pictures, CancellationToken cancellationToken)
    {
        var decoded = new (PackedPicture, RgbImage)[pictures.Count];
        Parallel.For(
            0,
            pictures.Count,
            new ParallelOptions { CancellationToken = cancellationToken },
            i => decoded[i] = (pictures[i], RgbImage.Decode(pictures[i].Encoded, cancellationToken)));
        return decoded;
    }

    private DetectorNetwork Original()
    {
        var network = new DetectorNetwork(tflite, device);
        network.eval();
        return network;
    }

    private (TrainingPicture[] Taught, BoxShift Shift) Teach(
        (PackedPicture Packed, RgbImage Image)[] labelled, FaceFinder original, CancellationToken cancellationToken)
    {
        var found = original.Find(
            [.. labelled.Select(picture => picture.Image)],
            PictureLabeler.LabelledLooks,
            mirror: false,
            PictureLabeler.LeastScore,
            cancellationToken);
        var shift = BoxShift.Fit([.. labelled.Select(picture => picture.Packed.Boxes!)], found);
        Say($"original boxes to labelled ones: {shift}");
        var taught = labelled.Select((picture, i) => new TrainingPicture(
            picture.Packed.Name,
            new PicturePyramid(picture.Image),
            PictureLabeler.Labelled(picture.Packed.Boxes!, [.. found[i].Select(shift.Apply)]))).ToArray();
        var faces = taught.SelectMany(picture => picture.Faces).ToArray();
        Say($"{faces.Count(face => !face.Ignored)} labelled faces, {faces.Count(face => face.Landmarks is not null)} with key points; "
            + $"{faces.Count(face => face.Ignored)} places ignored");
        return (taught, shift);
    }

    private async Task<DetectorNetwork> RoundAsync(
        string name, TrainingPicture[] pictures, double[] weights, int steps, int round, CancellationToken cancellationToken)
    {
        var network = Original();
        try
        {
            // Rounds differ in seed, so that the second does not repeat the first's views.
            var batches = new DetectionBatches(pictures, weights, recipe.Sampler, recipe.BatchSize, recipe.Seed + (1_000_003 * round));
            await DetectorTrainer.FitAsync(
                network, batches, steps, recipe, device, progress => observer.Report(name, progress), cancellationToken).ConfigureAwait(false);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private List<TrainingPicture> LabelOthers(
        (PackedPicture Packed, RgbImage Image)[] pictures,
        FaceFinder tuned,
        FaceFinder original,
        BoxShift shift,
        CancellationToken cancellationToken)
    {
        RgbImage[] images = [.. pictures.Select(picture => picture.Image)];
        var ours = tuned.Find(images, PictureLabeler.UnlabelledLooks, mirror: true, PictureLabeler.LeastScore, cancellationToken);
        var theirs = original.Find(images, PictureLabeler.UnlabelledLooks, mirror: false, PictureLabeler.LeastScore, cancellationToken);
        var labelled = new List<TrainingPicture>();
        for (var i = 0; i < images.Length; i++)
        {
            var faces = PictureLabeler.Unlabelled(ours[i], [.. theirs[i].Select(shift.Apply)]);
            if (faces.Any(face => !face.Ignored))
                labelled.Add(new TrainingPicture(pictures[i].Packed.Name, new PicturePyramid(images[i]), faces));
        }

        Say($"labelled {labelled.Count} of {images.Length} pictures, {labelled.Sum(picture => picture.FaceCount)} faces");
        return labelled;
    }

    private void Judge(
        string what,
        FaceFinder finder,
        BoxShift shift,
        (PackedPicture Packed, RgbImage Image)[] judged,
        CancellationToken cancellationToken)
    {
        if (judged.Length == 0)
            return;
        const float leastScore = 0.02f;
        const float clearlyVisible = 20;
        var found = finder.Find([.. judged.Select(picture => picture.Image)], JudgedLooks, mirror: false, leastScore, cancellationToken);
        IReadOnlyList<FoundFace>[] shifted = [.. found.Select(faces => faces.Select(shift.Apply).ToArray())];
        IReadOnlyList<PixelBox>[] boxes = [.. judged.Select(picture => picture.Packed.Boxes!)];
        var all = DetectionAccuracy.Of(boxes, shifted);
        var clear = DetectionAccuracy.Of(boxes, shifted, clearlyVisible);
        Say($"{what}: held-out AP50 {all.AveragePrecision:0.0000}, from 20 px {clear.AveragePrecision:0.0000}; "
            + $"precision {all.Precision:0.000}, recall {all.Recall:0.000} at {all.Threshold:0.00}");
    }

    private void Say(string line) => observer.Say(line);
}
