using System.Globalization;
using MaskApi.Training.Commands;
using MaskApi.Training.Data;
using MaskApi.Training.Fitting;
using MaskApi.Training.Network;
using MaskApi.Training.Reports;
using static TorchSharp.torch;

namespace MaskApi.Training.Tests;

[Collection(TorchSerial.Name)]
public sealed class FittingTests
{
    private static readonly Recipe _quick = new()
    {
        Name = "quick",
        GroupedSplit = false, // drawn faces are all alike
        BatchSize = 8,
        Augmentation = new Augmentation { AnyAngle = 0, Shrink = 0 },
        Views = 2,
        AverageDecay = 0.9,
        LabelSmoothing = 0.02,
        HeadPhase = new PhaseSettings { Epochs = 4, LearningRate = 2e-3, Patience = 4 },
        TuningPhase = new PhaseSettings { FirstBlock = "15", Epochs = 3, LearningRate = 1e-4, Patience = 3, PlateauPatience = 1 },
    };

    [Fact]
    public void Early_stopping_waits_for_its_patience_and_remembers_the_best()
    {
        var stopping = new EarlyStopping(patience: 2);
        Assert.True(stopping.Report(0.5));
        Assert.True(stopping.Report(0.4));
        Assert.False(stopping.Report(0.4)); // equal is not better
        Assert.False(stopping.ShouldStop);
        Assert.True(stopping.Report(0.39));
        Assert.False(stopping.Report(0.6));
        Assert.False(stopping.Report(double.NaN));
        Assert.True(stopping.ShouldStop);
        Assert.Equal(0.39, stopping.Best);
    }

    [Fact]
    public void The_learning_rate_halves_after_two_epochs_without_progress()
    {
        var plateau = new PlateauSchedule(1e-5, patience: 2, factor: 0.5);
        Assert.False(plateau.Report(0.5));
        Assert.False(plateau.Report(0.49995)); // below the minimum improvement
        Assert.True(plateau.Report(0.5));
        Assert.Equal(5e-6, plateau.Rate, 1e-12);
        Assert.False(plateau.Report(0.5));
        Assert.False(plateau.Report(0.4));
        Assert.False(plateau.Report(0.45));
        Assert.True(plateau.Report(0.45));
        Assert.Equal(2.5e-6, plateau.Rate, 1e-12);

        var constant = new PlateauSchedule(1e-3, patience: 0, factor: 0.5);
        for (var i = 0; i < 9; i++)
        {
            Assert.False(constant.Report(1));
        }
    }

    [Fact]
    public void The_temperature_behind_the_logits_is_recovered()
    {
        var random = new SeededRandom(7);
        var logits = new List<float>();
        var masked = new List<bool>();
        for (var i = 0; i < 40_000; i++)
        {
            var true_logit = random.Normal(2);
            masked.Add(random.Chance(TemperatureScaling.Sigmoid(true_logit)));
            logits.Add((float)(true_logit * 3));
        }

        Assert.Equal(3, TemperatureScaling.Fit(logits, masked), 0.15);
        // Five faces of each class without a mistake allow a confidence of six sevenths, no more.
        float[] perfect = [4, 4, 4, 4, 4, -4, -4, -4, -4, -4];
        var temperature = TemperatureScaling.Fit(perfect, [.. perfect.Select(l => l > 0)]);
        Assert.Equal(6 / 7.0, TemperatureScaling.Sigmoid(4 / temperature), 1e-3);
        Assert.Equal(Math.Log(2), TemperatureScaling.CrossEntropy(0, true), 1e-12);
        Assert.Equal(800, TemperatureScaling.CrossEntropy(800, false), 1e-9);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Each_phase_trains_only_its_own_layers()
    {
        var before = TestBackbone.Random();
        var headOnly = await TrainAsync(_quick with { TuningPhase = null });
        Assert.Equal(Flat(before), Flat(headOnly.Backbone.ToWeights()));

        var tuned = await TrainAsync(_quick);
        var after = tuned.Backbone.ToWeights();
        foreach (var (a, b) in before.Blocks.Zip(after.Blocks))
        {
            var learns = a.Name is "15" or "16" or "last";
            foreach (var (x, y) in a.Convolutions.Zip(b.Convolutions))
            {
                Assert.Equal(learns, !x.Weight.SequenceEqual(y.Weight));
            }
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Equal_seeds_give_equal_networks_and_others_do_not()
    {
        var (a, b) = (await TrainAsync(_quick), await TrainAsync(_quick));
        Assert.InRange(Difference(a.HeadWeights().Hidden.Weight, b.HeadWeights().Hidden.Weight), 0, Rounding);
        Assert.InRange(Difference(Flat(a.Backbone.ToWeights()), Flat(b.Backbone.ToWeights())), 0, Rounding);
        var c = await TrainAsync(_quick, seed: 2);
        Assert.InRange(Difference(a.HeadWeights().Hidden.Weight, c.HeadWeights().Hidden.Weight), 100 * Rounding, 10);
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(2)] // in the first phase
    [InlineData(5)] // in the second
    public async Task A_resumed_run_gives_the_same_result(int stopAfter)
    {
        var crops = TestFaces.Crops(24);
        var folder = Directory.CreateTempSubdirectory().FullName;
        using var stop = new CancellationTokenSource();
        var cpu = CPU;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TrainingRun.ExecuteAsync(
            crops, TestBackbone.Random(), _quick, 1, cpu, folder, resume: false, new StopAfter(stopAfter, stop), stop.Token));
        var resumed = await TrainingRun.ExecuteAsync(
            crops, TestBackbone.Random(), _quick, 1, cpu, folder,
            resume: true, new StopAfter(99, stop), TestContext.Current.CancellationToken);
        var whole = Directory.CreateTempSubdirectory().FullName;
        var unbroken = await TrainingRun.ExecuteAsync(
            crops, TestBackbone.Random(), _quick, 1, cpu, whole,
            resume: false, new StopAfter(99, stop), TestContext.Current.CancellationToken);

        Assert.Equal(unbroken.ValidationLoss, resumed.ValidationLoss, Rounding);
        Assert.Equal(unbroken.Temperatures[0], resumed.Temperatures[0], 100 * Rounding);
        AssertSameTable(Path.Combine(whole, "metrics.csv"), Path.Combine(folder, "metrics.csv"), columns: 9);
        AssertSameTable(Path.Combine(whole, "validation.csv"), Path.Combine(folder, "validation.csv"));
        await Assert.ThrowsAsync<InvalidDataException>(() => TrainingRun.ExecuteAsync(
            crops, TestBackbone.Random(), _quick, 2, cpu, folder,
            resume: true, new StopAfter(99, stop), TestContext.Current.CancellationToken));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_run_on_drawn_faces_learns_to_classify_them()
    {
        var backbone = Repository.Shared("backbone");
        Assert.SkipWhen(backbone is null, "The ImageNet backbone is missing (../shared/backbone), and random features teach nothing.");
        var crops = TestFaces.Crops(120);
        var folder = Directory.CreateTempSubdirectory().FullName;
        using var stop = new CancellationTokenSource();
        var recipe = _quick with
        {
            HeadPhase = new PhaseSettings { Epochs = 25, LearningRate = 2e-3, Patience = 25 },
            TuningPhase = new PhaseSettings { FirstBlock = "14", Epochs = 6, LearningRate = 3e-4, Patience = 6 },
        };
        var result = await TrainingRun.ExecuteAsync(
            crops,
            BackboneWeights.Load(backbone!),
            recipe,
            1,
            CPU,
            folder,
            false,
            new StopAfter(999, stop),
            TestContext.Current.CancellationToken);
        Assert.True(
            result.ValidationAccuracy >= 0.9,
            $"accuracy {result.ValidationAccuracy}\n{File.ReadAllText(Path.Combine(folder, "metrics.csv"))}");
        Assert.True(result.CalibratedLoss < 0.4, $"loss {result.CalibratedLoss}");
        RunReport.Write(folder);
        Assert.Contains("drawn/with_mask 60", File.ReadAllText(Path.Combine(folder, "card.md")), StringComparison.Ordinal);
        string[] files =
        [
            "mask_classifier.onnx", "card.md", "curves.png", "run.json", "result.json", "metrics.csv", "metrics.json", "validation.csv",
        ];
        foreach (var file in files)
        {
            Assert.True(new FileInfo(Path.Combine(folder, file)).Length > 100, file);
        }
    }

    [Fact]
    public void Recipes_survive_a_json_round_trip_and_unknown_members_are_refused()
    {
        Assert.Equal(Recipe.Best.ToJson(), Recipe.FromJson(Recipe.Best.ToJson()).ToJson());
        Assert.Throws<System.Text.Json.JsonException>(() => Recipe.FromJson("""{ "learningRate": 1 }"""));
        Assert.Throws<FileNotFoundException>(() => Recipe.Load("no-such-recipe"));
        var ideas = Idea.Parse("""
            {
              "base": { "views": 3, "headPhase": { "epochs": 7, "patience": 2 } },
              "ideas": { "longer": { "headPhase": { "epochs": 9 } }, "longer, smooth": { "on": "longer", "labelSmoothing": 0.1 } }
            }
            """);
        Assert.Equal(["base", "longer", "longer, smooth"], ideas.Select(i => i.Name));
        var longer = ideas[1].Recipe;
        Assert.Equal((9, 2, 3, 0), (longer.HeadPhase.Epochs, longer.HeadPhase.Patience, longer.Views, longer.LabelSmoothing));
        Assert.Equal(("longer", 9, 0.1), (ideas[2].On, ideas[2].Recipe.HeadPhase.Epochs, ideas[2].Recipe.LabelSmoothing));
        Assert.Throws<System.Text.Json.JsonException>(() => Idea.Parse("""{ "base": {}, "ideas": { "a": { "on": "b" }, "b": {} } }"""));
        Assert.Equal(Recipe.Best.ToJson(), Idea.Parse("""{ "base": "best", "ideas": {} }""")[0].Recipe.ToJson());
        foreach (var wrong in (string[])["[]", "{}", """{ "base": 1, "ideas": {} }""", """{ "base": {} }"""])
        {
            Assert.Throws<System.Text.Json.JsonException>(() => Idea.Parse(wrong));
        }
    }

    [Fact]
    public void A_model_learns_only_the_verdicts_of_which_it_has_examples()
    {
        var best = Recipe.Best with { Head = VerdictHead.MaskAndFit };
        var face = TestFaces.Crop(masked: true, new SeededRandom(1), "drawn", "a");
        LabelledCrop[] faces = [face, face with { Label = FaceLabel.WithoutMask }, face with { Label = FaceLabel.IncorrectMask }];
        Assert.Equal(VerdictHead.MaskAndFit, TrainCommand.Suited(best, faces).Head);
        Assert.Equal(VerdictHead.Mask, TrainCommand.Suited(best, faces[..2]).Head);
        string Refusal(params LabelledCrop[] some) =>
            Assert.Throws<InvalidDataException>(() => TrainCommand.Suited(best, some)).Message;
        Assert.Contains("'with_mask'", Refusal(faces[1..]), StringComparison.Ordinal);
        Assert.Contains("'without_mask'", Refusal(faces[..1]), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Ideas_share_views_without_affecting_each_other()
    {
        var crops = TestFaces.Crops(36);
        int[] groups = [.. Enumerable.Range(0, crops.Count)];
        Idea Tuned(string name, string firstBlock) => new(
            name,
            "head",
            _quick with
            {
                Name = name,
                AugmentValidation = true,
                TuningPhase = _quick.TuningPhase! with { FirstBlock = firstBlock, Epochs = 1 },
            });
        Idea[] ideas =
        [
            new("head", "head", _quick with { AugmentValidation = true, TuningPhase = null }),
            new("plain", "head", _quick with { Augmentation = Augmentation.None, TuningPhase = null }),
            Tuned("top", "16"),
            Tuned("more", "15"),
            new("smaller", "plain", _quick with { InputSize = 64, Augmentation = Augmentation.None, TuningPhase = null }),
        ];

        async Task<(List<IdeaResult> Results, CountingObserver Observer)> RunAsync(params Idea[] some)
        {
            var observer = new CountingObserver();
            var validation = new CrossValidation(crops, groups, TestBackbone.Random(), 1, CPU, observer);
            var results = new List<IdeaResult>();
            var folds = validation.ByGroup(2, new HashSet<string> { "drawn" });
            await validation.RunAsync(some, folds, results.Add, TestContext.Current.CancellationToken);
            return (results, observer);
        }

        var (together, observer) = await RunAsync(ideas);
        Assert.Equal(["head", "top", "more", "plain", "smaller"], together.Select(r => r.Idea.Name));
        // Plain views, two augmented ones for training, one for validation, and plain ones of the other size: once for all folds and ideas.
        Assert.Equal(crops.Count * (1 + 2 + 1 + 1), observer.Views);
        Assert.NotEqual(Answers("plain"), Answers("smaller"));
        Assert.All(together, r => Assert.Equal(Enumerable.Range(0, crops.Count), r.Answers.Select(a => a.Item).Order()));
        var alone = (await RunAsync(ideas[2])).Results.Single();
        Assert.Equal(Masks(alone), Answers("top"));

        double[] Answers(string idea) => Masks(together.Single(r => r.Idea.Name == idea));
        static double[] Masks(IdeaResult result) =>
            [.. result.Answers.OrderBy(a => a.Item).Select(a => a.Probabilities[(int)FaceLabel.WithMask])];
    }

    private static async Task<MaskNetwork> TrainAsync(Recipe recipe, int seed = 1)
    {
        var set = TrainingSet.Create(TestFaces.Crops(24), recipe, 1);
        var network = Trainer.CreateNetwork(TestBackbone.Random(), recipe, seed, CPU);
        using var never = new CancellationTokenSource();
        await new Trainer(set, recipe, seed, CPU, new StopAfter(99, never)).RunAsync(network, TestContext.Current.CancellationToken);
        return network;
    }

    private static float[] Flat(BackboneWeights weights) =>
        [.. weights.Blocks.SelectMany(b => b.Convolutions).SelectMany(c => c.Weight.Concat(c.Bias))];

    /// <summary>
    /// Tolerance between equal runs: the order in which a kernel adds depends on memory alignment.
    /// </summary>
    private const double Rounding = 1e-4;

    private static double Difference(float[] a, float[] b)
    {
        Assert.Equal(a.Length, b.Length);
        return a.Zip(b, static (x, y) => Math.Abs((double)x - y)).Max();
    }

    private static void AssertSameTable(string expected, string actual, int columns = int.MaxValue)
    {
        var (a, b) = (Cells(expected), Cells(actual));
        Assert.Equal(a.Length, b.Length);
        foreach (var (x, y) in a.Zip(b))
        {
            if (double.TryParse(x, CultureInfo.InvariantCulture, out var number))
            {
                Assert.Equal(number, double.Parse(y, CultureInfo.InvariantCulture), Rounding);
            }
            else
            {
                Assert.Equal(x, y);
            }
        }

        string[] Cells(string file) => [.. File.ReadLines(file).SelectMany(line => line.Split(',').Take(columns))];
    }

    private sealed class StopAfter(int epochs, CancellationTokenSource stop) : ITrainingObserver
    {
        private int _left = epochs;

        public Task<T> FollowAsync<T>(string what, int total, Func<IProgress<int>, Task<T>> work) => work(new Progress<int>());

        public void EpochDone(EpochMetrics metrics, int epochs)
        {
            if (--_left == 0)
            {
                stop.Cancel();
            }
        }
    }

    private sealed class CountingObserver : ITrainingObserver
    {
        public int Views { get; private set; }

        public Task<T> FollowAsync<T>(string what, int total, Func<IProgress<int>, Task<T>> work)
        {
            Views += total;
            return work(new Progress<int>());
        }

        public void EpochDone(EpochMetrics metrics, int epochs)
        {
        }
    }
}
