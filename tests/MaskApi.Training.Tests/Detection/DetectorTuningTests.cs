using MaskApi.Training.Data;
using MaskApi.Training.Detection;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Tests.Detection;

[Collection(TorchSerial.Name)]
public sealed class DetectorTuningTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_short_run_learns_to_box_drawn_faces()
    {
        TrainingPicture[] pictures =
        [
            .. Enumerable.Range(0, 8).Select(i => new TrainingPicture(
                $"drawn {i}",
                new PicturePyramid(TestFaces.Picture(masked: i % 2 == 0, new SeededRandom(i))),
                [new TrainingFace(new PixelBox(32, 30, 96, 120), null, false)])),
        ];
        var options = new SamplerOptions { Side = 64, MinFace = 24, MaxFace = 48, Rotate = 0, Appearance = Augmentation.None };
        var recipe = new DetectorRecipe { BatchSize = 4, WarmUpSteps = 10, LearningRate = 1e-3, AverageDecay = 0.9, Sampler = options };
        using var network = new DetectorNetwork(DetectorFile.FullRange, TorchSharp.torch.CPU);
        var losses = new List<double>();

        await DetectorTrainer.FitAsync(
            network,
            new DetectionBatches(pictures, [.. pictures.Select(_ => 1.0)], options, recipe.BatchSize, 1),
            2 * DetectorTrainer.ReportEvery,
            recipe,
            TorchSharp.torch.CPU,
            progress => losses.Add(progress.Loss),
            TestContext.Current.CancellationToken);

        Assert.Equal(2, losses.Count);
        Assert.True(losses[1] < 0.6 * losses[0], $"the loss went from {losses[0]:0.000} to {losses[1]:0.000}");

        // A drawn face that the network has not seen is found, too.
        var unseen = TestFaces.Picture(masked: true, new SeededRandom(99));
        var found = new FaceFinder(network, TorchSharp.torch.CPU)
            .Find([unseen], [64], mirror: true, 0.1f, TestContext.Current.CancellationToken)[0];
        Assert.True(found.Count > 0 && found[0].Box.IntersectionOverUnion(new PixelBox(32, 30, 96, 120)) > 0.6, string.Join("; ", found));
    }

    [Fact]
    public void Labelled_faces_get_key_points_and_other_confident_ones_are_ignored()
    {
        var points = LandmarkValues.From([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        PixelBox[] drawn = [new(10, 10, 20, 20), new(100, 10, 20, 20)];
        FoundFace[] found =
        [
            new(new(11, 10, 20, 20), 0.9f, points), new(new(60, 60, 20, 20), 0.8f, points), new(new(60, 10, 20, 20), 0.3f, points),
        ];

        var faces = PictureLabeler.Labelled(drawn, found);

        Assert.Equal(
            [
                new TrainingFace(drawn[0], points, false),
                new TrainingFace(drawn[1], null, false),
                new TrainingFace(found[1].Box, null, true),
            ],
            faces);
    }

    [Fact]
    public void Unlabelled_pictures_get_confident_faces_and_uncertain_ones_are_ignored()
    {
        var points = LandmarkValues.From(new float[12]);
        FoundFace At(float x, float score) => new(new PixelBox(x, 0, 20, 20), score, points);

        var faces = PictureLabeler.Unlabelled(
            [At(0, 0.6f), At(40, 0.4f), At(80, 0.35f), At(120, 0.05f)], [At(41, 0.6f), At(81, 0.2f), At(200, 0.9f), At(240, 0.2f)]);

        Assert.Equal([(0f, false), (40, false), (80, true), (200, true)], faces.Select(face => (face.Box.X, face.Ignored)));
        Assert.Null(faces[0].Landmarks);
        Assert.NotNull(faces[1].Landmarks);
    }

    [Fact]
    public void Accuracy_matches_a_hand_calculation()
    {
        PixelBox[][] drawn = [[new(0, 0, 30, 30), new(50, 0, 30, 30)], [new(0, 0, 10, 10)]];
        FoundFace At(float x, float size, float score) => new(new PixelBox(x, 0, size, size), score, default);
        FoundFace[][] found = [[At(0, 30, 0.9f), At(1, 30, 0.8f)], [At(0, 10, 0.7f)]];

        // In descending score: hit, false positive (the face is taken), hit of the small face. Recall 1/3, 1/3, 2/3; precision 1, 1/2, 2/3.
        var all = DetectionAccuracy.Of(drawn, found);
        Assert.Equal((1 / 3.0 * 1) + (1 / 3.0 * 2 / 3), all.AveragePrecision, 1e-9);
        Assert.Equal((2 / 3.0, 2 / 3.0, 0.7f), (all.Precision, all.Recall, (float)all.Threshold));

        // From 20 pixels: two faces, one found. The small face's detection counts neither way.
        Assert.Equal(0.5, DetectionAccuracy.Of(drawn, found, 20).AveragePrecision, 1e-9);
    }

    [Fact]
    public void A_pack_survives_a_round_trip_and_folds_do_not_change()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.zip");
        try
        {
            PackedPicture[] pictures =
            [
                new("set/a.jpg", [new PixelBox(1.5f, 2, 3, 4)], new byte[] { 1, 2, 3 }),
                new("set/b.jpg", null, new byte[] { 4 }),
                new("set/c.jpg", [], new byte[] { 5 }),
            ];
            DetectorPack.Write(path, pictures);
            var first = File.ReadAllBytes(path);
            DetectorPack.Write(path, pictures);

            var read = DetectorPack.Read(path);

            Assert.Equal(first, File.ReadAllBytes(path));
            Assert.Equal(["set/a.jpg", "set/b.jpg", "set/c.jpg"], read.Select(picture => picture.Name));
            Assert.Equal([new PixelBox(1.5f, 2, 3, 4)], read[0].Boxes!);
            Assert.Null(read[1].Boxes);
            Assert.Empty(read[2].Boxes!);
            Assert.Equal(new byte[] { 1, 2, 3 }, read[0].Encoded.ToArray());
            Assert.Equal(read.Select(picture => picture.Fold(5)), pictures.Select(picture => picture.Fold(5)));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
