using MaskApi.Training.Data;
using MaskApi.Vision.Geometry;
using static TorchSharp.torch;

namespace MaskApi.Training.Detection;

/// <summary>Observes a tuning run.</summary>
internal interface IDetectorObserver
{
    /// <summary>Logs a line.</summary>
    void Say(string line);

    /// <summary>Reports the progress of a round.</summary>
    void Report(string round, DetectorProgress progress);
}

/// <summary>
/// Fine-tunes the detector in two rounds, because few pictures are labelled and many are not. The first round trains on labelled pictures
/// only. Its network then labels the unlabelled pictures and finds decoys in pictures without people. The second round starts again from
/// the original weights and trains on everything. With the network of an earlier run, the first round is skipped and the second one
/// continues from that network.
/// </summary>
/// <param name="tflite">The bytes of the original network.</param>
/// <param name="start">An earlier run's weights, by tensor index, or null.</param>
/// <param name="recipe">The settings.</param>
/// <param name="device">Where to run.</param>
/// <param name="observer">Receives progress reports.</param>
internal sealed class DetectorTuning(
    byte[] tflite, IReadOnlyDictionary<int, float[]>? start, DetectorRecipe recipe, Device device, IDetectorObserver observer)
{
    // Passes that find decoys in pictures without people, large and small.
    private static ReadOnlySpan<int> DecoyPasses => [160, 384];

    // Minimum score of a decoy. Below it, a view of its own is not worthwhile.
    private const float MinDecoy = 0.15f;

    // From this score on, users see a false positive.
    private const float Reported = 0.5f;

    // Passes for scoring held-out pictures: roughly as they are, plus enlarged for crowds.
    private static ReadOnlySpan<int> JudgedPasses => [192, 400, 800];

    /// <summary>Runs the tuning.</summary>
    /// <param name="pictures">All pictures of a pack.</param>
    /// <param name="heldOut">Whether to hold a picture out for scoring. Held-out pictures are never trained on.</param>
    /// <param name="cancellationToken">Cancels the run with an exception.</param>
    /// <returns>The tuned network, owned by the caller.</returns>
    public async Task<DetectorNetwork> RunAsync(
        IReadOnlyList<PackedPicture> pictures, Func<PackedPicture, bool> heldOut, CancellationToken cancellationToken)
    {
        var labelled = Decode([.. pictures.Where(picture => picture.Boxes is { Count: > 0 } && !heldOut(picture))], cancellationToken);
        var unlabelled = Decode([.. pictures.Where(picture => picture.Boxes is null)], cancellationToken);
        var empty = Decode([.. pictures.Where(picture => picture.Boxes is [] && !heldOut(picture))], cancellationToken);
        var judged = new Judged(
            Decode([.. pictures.Where(picture => picture.Boxes is { Count: > 0 } && heldOut(picture))], cancellationToken),
            [
                .. Decode([.. pictures.Where(picture => picture.Boxes is [] && heldOut(picture))], cancellationToken)
                    .Select(picture => picture.Image),
            ]);
        Say($"{labelled.Length} labelled pictures, {unlabelled.Length} without labels, {empty.Length} without people; "
            + $"{judged.Labelled.Length} and {judged.Empty.Length} held out");

        using var original = Network(null);
        var originalFinder = new FaceFinder(original, device);
        var (taught, shift) = Teach(labelled, originalFinder, cancellationToken);
        Judge("original, boxes corrected", originalFinder, shift, judged, cancellationToken);

        DetectorNetwork? first = null;
        try
        {
            first = start is not null
                ? Network(start)
                : await RoundAsync("first", taught, [.. taught.Select(Frequency)], recipe.FirstRoundSteps, 0, cancellationToken)
                    .ConfigureAwait(false);
            var firstFinder = new FaceFinder(first, device);
            Judge(start is null ? "first round" : "start", firstFinder, BoxShift.None, judged, cancellationToken);
            if (recipe.SecondRoundSteps == 0 || unlabelled.Length + empty.Length == 0)
            {
                return Release(ref first);
            }

            var newly = LabelOthers(unlabelled, firstFinder, originalFinder, shift, cancellationToken);
            var nobody = FindDecoys(empty, firstFinder, cancellationToken);
            var second = await RoundAsync(
                "second", [.. taught, .. newly, .. nobody], Shares(taught, newly, nobody), recipe.SecondRoundSteps, 1, cancellationToken)
                .ConfigureAwait(false);
            Judge("second round", new FaceFinder(second, device), BoxShift.None, judged, cancellationToken);
            return second;
        }
        finally
        {
            first?.Dispose();
        }
    }

    private static DetectorNetwork Release(ref DetectorNetwork? network)
    {
        var released = network!;
        network = null;
        return released;
    }

    // A crowd teaches more than a portrait, but not in proportion to its faces.
    private static double Frequency(TrainingPicture picture) => Math.Sqrt(Math.Max(1, picture.Faces.Count));

    private double[] Shares(TrainingPicture[] labelled, List<TrainingPicture> newly, TrainingPicture[] empty)
    {
        var total = labelled.Sum(Frequency);
        var (emptyShare, unlabelledShare) = (empty.Length > 0 ? recipe.EmptyShare : 0, newly.Count > 0 ? recipe.UnlabelledShare : 0);
        static double Weight(TrainingPicture picture) => Math.Sqrt(1 + picture.Decoys.Count);
        var decoys = empty.Sum(Weight);
        return
        [
            .. labelled.Select(picture => Frequency(picture) / total * (1 - unlabelledShare) * (1 - emptyShare)),
            .. newly.Select(_ => unlabelledShare / newly.Count * (1 - emptyShare)),
            .. empty.Select(picture => Weight(picture) / decoys * emptyShare),
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

    private DetectorNetwork Network(IReadOnlyDictionary<int, float[]>? weights)
    {
        var network = new DetectorNetwork(tflite, device);
        if (weights is not null)
        {
            network.Load(weights);
        }

        network.eval();
        return network;
    }

    private (TrainingPicture[] Taught, BoxShift Shift) Teach(
        (PackedPicture Packed, RgbImage Image)[] labelled, FaceFinder original, CancellationToken cancellationToken)
    {
        var found = original.Find(
            [.. labelled.Select(picture => picture.Image)],
            PictureLabeler.LabelledPasses,
            mirror: false,
            PictureLabeler.MinScore,
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
        var network = Network(start);
        try
        {
            // Each round has its own seed, so that the second does not repeat the first's views.
            var batches = new DetectionBatches(pictures, weights, recipe.Sampler, recipe.BatchSize, recipe.Seed + (1_000_003 * round));
            await DetectorTrainer.FitAsync(
                network, batches, steps, recipe, device, progress => observer.Report(name, progress), cancellationToken)
                    .ConfigureAwait(false);
            if (recipe.OriginalShare > 0)
            {
                using var original = Network(null);
                network.Mix(original, recipe.OriginalShare);
            }

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
        var ours = tuned.Find(images, PictureLabeler.UnlabelledPasses, mirror: true, PictureLabeler.MinScore, cancellationToken);
        var theirs = original.Find(images, PictureLabeler.UnlabelledPasses, mirror: false, PictureLabeler.MinScore, cancellationToken);
        var labelled = new List<TrainingPicture>();
        for (var i = 0; i < images.Length; i++)
        {
            var faces = PictureLabeler.Unlabelled(ours[i], [.. theirs[i].Select(shift.Apply)]);
            if (faces.Any(face => !face.Ignored))
            {
                labelled.Add(new TrainingPicture(pictures[i].Packed.Name, new PicturePyramid(images[i]), faces));
            }
        }

        Say($"labelled {labelled.Count} of {images.Length} pictures, {labelled.Sum(picture => picture.FaceCount)} faces");
        return labelled;
    }

    private TrainingPicture[] FindDecoys(
        (PackedPicture Packed, RgbImage Image)[] pictures, FaceFinder finder, CancellationToken cancellationToken)
    {
        var found = finder.Find([.. pictures.Select(picture => picture.Image)], DecoyPasses, mirror: false, MinDecoy, cancellationToken);
        if (pictures.Length > 0)
        {
            Say($"{found.Sum(faces => faces.Count)} decoys in {found.Count(faces => faces.Count > 0)} pictures without people");
        }

        return
        [
            .. pictures.Select((picture, i) => new TrainingPicture(picture.Packed.Name, new PicturePyramid(picture.Image), [])
            {
                Decoys = [.. found[i].Select(face => face.Box)],
            }),
        ];
    }

    private void Judge(string what, FaceFinder finder, BoxShift shift, Judged judged, CancellationToken cancellationToken)
    {
        if (judged.Empty.Length > 0)
        {
            var seen = finder.Find(judged.Empty, DecoyPasses, mirror: false, Reported, cancellationToken);
            Say($"{what}: {seen.Sum(faces => faces.Count)} false positives in {judged.Empty.Length} held-out pictures without people");
        }

        if (judged.Labelled.Length == 0)
        {
            return;
        }

        const float minScore = 0.02f;
        const float clearlyVisible = 20;
        var found = finder.Find([.. judged.Labelled.Select(p => p.Image)], JudgedPasses, mirror: false, minScore, cancellationToken);
        IReadOnlyList<FoundFace>[] shifted = [.. found.Select(faces => faces.Select(shift.Apply).ToArray())];
        IReadOnlyList<PixelBox>[] boxes = [.. judged.Labelled.Select(picture => picture.Packed.Boxes!)];
        var all = DetectionAccuracy.Of(boxes, shifted);
        var clear = DetectionAccuracy.Of(boxes, shifted, clearlyVisible);
        Say($"{what}: held-out AP50 {all.AveragePrecision:0.0000}, from 20 px {clear.AveragePrecision:0.0000}; "
            + $"precision {all.Precision:0.000}, recall {all.Recall:0.000} at {all.Threshold:0.00}");
    }

    private void Say(string line) => observer.Say(line);

    private readonly record struct Judged((PackedPicture Packed, RgbImage Image)[] Labelled, RgbImage[] Empty);
}
