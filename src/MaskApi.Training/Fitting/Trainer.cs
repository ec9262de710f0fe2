using System.Diagnostics;
using MaskApi.Training.Data;
using MaskApi.Training.Network;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaskApi.Training.Fitting;

/// <summary>Logits of the held-back faces, for calibration and reports.</summary>
/// <param name="Items">Indices into the training set's crops, one per row.</param>
/// <param name="Logits">The network's logits, one face per row.</param>
/// <param name="Labels">The labels.</param>
public sealed record ValidationLogits(IReadOnlyList<int> Items, IReadOnlyList<float[]> Logits, IReadOnlyList<FaceLabel> Labels);

/// <summary>Receives the progress of a run.</summary>
public interface ITrainingObserver
{
    /// <summary>Runs work whose steps can be followed.</summary>
    /// <param name="what">Description of the work.</param>
    /// <param name="total">Number of steps.</param>
    /// <param name="work">The work; reports the number of finished steps.</param>
    Task<T> FollowAsync<T>(string what, int total, Func<IProgress<int>, Task<T>> work);

    /// <summary>Called after each epoch.</summary>
    /// <param name="metrics">Its metrics.</param>
    /// <param name="epochs">Maximum epochs of its phase.</param>
    void EpochDone(EpochMetrics metrics, int epochs);
}

/// <summary>
/// Trains the classifier: the head on the frozen backbone, then the head and the top of the backbone, each with early stopping.
/// </summary>
/// <param name="set">The faces.</param>
/// <param name="recipe">The recipe.</param>
/// <param name="seed">Seed of initial weights, order, dropout and augmentation.</param>
/// <param name="device">Where to compute.</param>
/// <param name="observer">Receives progress.</param>
/// <param name="checkpoints">Where to keep checkpoints; null for none.</param>
public sealed class Trainer(
    TrainingSet set, Recipe recipe, int seed, Device device, ITrainingObserver observer, CheckpointFolder? checkpoints = null)
{
    private readonly List<EpochMetrics> _history = [];

    /// <summary>All epochs so far, including those of the resumed run.</summary>
    public IReadOnlyList<EpochMetrics> History => _history;

    /// <summary>Creates a network before training: the backbone as given, the head drawn from the run's seed.</summary>
    /// <param name="backbone">ImageNet weights.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="device">The device to put it on.</param>
    public static MaskNetwork CreateNetwork(BackboneWeights backbone, Recipe recipe, int seed, Device device)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        manual_seed(seed);
        var network = new MaskNetwork(backbone, recipe.Dropout, recipe.Head);
        network.to(device);
        return network;
    }

    /// <summary>Runs both phases and leaves the network with the best weights.</summary>
    /// <param name="network">A network from <see cref="CreateNetwork"/>.</param>
    /// <param name="cancellationToken">Cancels the run at the next step. With checkpoints, it can resume from the last finished
    /// epoch.</param>
    /// <returns>The network's answers on the held-back faces, with the kept weights, plain views only.</returns>
    public async Task<ValidationLogits> RunAsync(MaskNetwork network, CancellationToken cancellationToken)
    {
        var firstBlock = FeatureBanks.FirstBlock(network, recipe);
        var builder = new FeatureBankBuilder(network.Backbone.ToWeights(), set.Crops, new HashSet<int> { firstBlock }, seed, observer);
        using var banks = await builder.BuildAsync(set.Split, recipe, cancellationToken).ConfigureAwait(false);
        await RunAsync(network, banks, cancellationToken).ConfigureAwait(false);
        var logits = Answer(network, banks.Plain, set.Split.Validation, firstBlock, device);
        return new ValidationLogits(set.Split.Validation, logits, [.. set.Split.Validation.Select(i => set.Crops[i].Label)]);
    }

    /// <summary>Runs both phases on banks that contain at least this run's faces.</summary>
    internal async Task RunAsync(MaskNetwork network, FeatureBanks banks, CancellationToken cancellationToken)
    {
        var resumed = checkpoints?.Load();
        if (resumed is not null)
        {
            _history.AddRange(resumed.History);
        }

        await PhaseAsync(
            1, recipe.HeadPhase, network, network.Backbone.BlockCount, banks, resumed, cancellationToken).ConfigureAwait(false);
        if (recipe.TuningPhase is { } tuning)
        {
            await PhaseAsync(
                2, tuning, network, FeatureBanks.FirstBlock(network, recipe), banks, resumed, cancellationToken).ConfigureAwait(false);
        }

        network.eval();
    }

    /// <summary>Computes logits of some faces with a trained network.</summary>
    internal static float[][] Answer(MaskNetwork network, FeatureBank bank, IReadOnlyList<int> items, int firstBlock, Device device)
    {
        const int Batch = 64;
        using var frozen = no_grad();
        var answers = new float[items.Count][];
        for (var start = 0; start < answers.Length; start += Batch)
        {
            using var scope = NewDisposeScope();
            var rows = Enumerable.Range(start, Math.Min(Batch, answers.Length - start)).Select(i => bank.Row(items[i])).ToArray();
            var logits = bank.Logits(network, rows, firstBlock, device).cpu().data<float>().ToArray();
            foreach (var (i, face) in logits.Chunk(network.Head.LogitCount()).Index())
            {
                answers[start + i] = face;
            }
        }

        return answers;
    }

    private async Task PhaseAsync(
        int number, PhaseSettings settings, MaskNetwork network, int firstBlock, FeatureBanks banks, Checkpoint? resumed,
        CancellationToken cancellationToken)
    {
        if (resumed is not null && resumed.Phase > number)
        {
            return;
        }

        var trainable = network.Unfreeze(firstBlock);
        using var optimizer = CreateOptimizer(trainable, settings);
        var stopping = new EarlyStopping(settings.Cosine ? int.MaxValue : settings.Patience);
        var plateau = new PlateauSchedule(settings.LearningRate, settings.PlateauPatience, settings.PlateauFactor);
        using var best = new WeightSnapshot(trainable);
        using var average = recipe.AverageDecay > 0 ? new WeightAverage(trainable, recipe.AverageDecay) : null;
        var epoch = 0;
        if (resumed is not null && resumed.Phase == number)
        {
            checkpoints!.LoadTensors(network, optimizer, best, average);
            stopping.Restore(resumed.StoppingBest ?? double.PositiveInfinity, resumed.StoppingWaited);
            plateau.Restore(resumed.Rate, resumed.PlateauBest ?? double.PositiveInfinity, resumed.PlateauWaited);
            if (average is not null)
            {
                average.Steps = resumed.AverageSteps;
            }

            epoch = resumed.Epoch;
        }

        while (epoch < settings.Epochs && !stopping.ShouldStop)
        {
            var rate = settings.Cosine ? settings.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * epoch / settings.Epochs)) : plateau.Rate;
            foreach (var group in optimizer.ParamGroups)
            {
                group.LearningRate = rate;
            }

            var clock = Stopwatch.StartNew();
            var (trainLoss, trainAccuracy) = TrainEpoch(
                number, epoch, network, firstBlock, banks.Train, optimizer, average, cancellationToken);
            var seconds = clock.Elapsed.TotalSeconds;

            average?.Snapshot.Swap();
            var (loss, accuracy, balanced) = Validate(network, banks, firstBlock);
            // With a cosine schedule, the last epoch's weights are wanted, whatever the loss.
            var improved = stopping.Report(loss) | settings.Cosine;
            if (improved)
            {
                best.Take();
            }

            average?.Snapshot.Swap();
            plateau.Report(loss);
            epoch++;

            var metrics = new EpochMetrics(
                number, epoch, rate, trainLoss, trainAccuracy, loss, accuracy, balanced, improved, clock.Elapsed.TotalSeconds,
                set.Split.Train.Count / seconds);
            _history.Add(metrics);
            observer.EpochDone(metrics, settings.Epochs);
            checkpoints?.Save(
                new Checkpoint(
                    number,
                    epoch,
                    plateau.Rate,
                    Finite(plateau.Best),
                    plateau.Waited,
                    Finite(stopping.Best),
                    stopping.Waited,
                    average?.Steps ?? 0,
                    _history),
                network, optimizer, best, average);
            await Task.Yield();
        }

        best.Restore();
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static optim.Optimizer CreateOptimizer(IReadOnlyList<Parameter> trainable, PhaseSettings settings) => settings.WeightDecay > 0
        ? optim.AdamW(
            [
                new AdamW.ParamGroup(trainable.Where(p => p.dim() > 1), new AdamW.Options { weight_decay = settings.WeightDecay }),
                new AdamW.ParamGroup(trainable.Where(p => p.dim() <= 1), new AdamW.Options { weight_decay = 0 }),
            ],
            settings.LearningRate)
        : optim.Adam(trainable, settings.LearningRate);

    private (double Loss, double Accuracy) TrainEpoch(
        int phase, int epoch, MaskNetwork network, int firstBlock, FeatureBank bank, optim.Optimizer optimizer, WeightAverage? average,
        CancellationToken cancellationToken)
    {
        // One seed per epoch, so a resumed run draws what an uninterrupted one would have drawn.
        manual_seed(unchecked((seed * 1_000_003L) + (phase * 10_007L) + epoch));
        var random = new SeededRandom(seed, phase, epoch, 0x0DDE);
        var order = set.Split.Train.ToArray();
        random.Shuffle(order.AsSpan());
        network.train();
        double lossSum = 0, weightSum = 0, hits = 0;
        for (var start = 0; start < order.Length; start += recipe.BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var items = order.AsSpan(start, Math.Min(recipe.BatchSize, order.Length - start)).ToArray();
            var rows = items.Select(i => bank.Row(i, random.Below(bank.Views))).ToArray();
            var labels = items.Select(i => set.Crops[i].Label).ToArray();
            var truth = Targets(labels);
            var weights = tensor(items.Select(i => (float)set.Weights[i]).ToArray(), device: device);
            var targets = truth;
            (long[] Partners, Tensor Share)? mix = null;
            if (phase == 2 && recipe.Mixup > 0)
            {
                var partner = Enumerable.Range(0, items.Length).ToArray();
                random.Shuffle(partner.AsSpan());
                var share = tensor(items.Select(_ => (float)Math.Max(0.5, 1 - (random.Next() * recipe.Mixup))).ToArray(), device: device);
                mix = (partner.Select(p => rows[p]).ToArray(), share);
                var shares = share.unsqueeze(1);
                targets = (truth * shares)
                    + (truth.index_select(0, tensor(partner.Select(p => (long)p).ToArray(), device: device)) * (1 - shares));
            }

            var logits = bank.Logits(network, rows, firstBlock, device, mix);
            var each = Loss(logits, targets, truth, labels);
            var weighted = (each * weights).sum();
            var loss = weighted / weights.sum();
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            average?.Update();

            lossSum += weighted.item<float>();
            weightSum += weights.sum().item<float>();
            hits += Hits(logits, labels);
        }

        network.eval();
        return (lossSum / weightSum, hits / order.Length);
    }

    // Zeros and ones: a row per face, a column per logit.
    private Tensor Targets(FaceLabel[] labels) => tensor(
        recipe.Head switch
        {
            VerdictHead.Softmax => Columns(labels, FaceLabel.WithoutMask, FaceLabel.WithMask, FaceLabel.IncorrectMask),
            VerdictHead.MaskAndFit =>
                labels.SelectMany(l => (float[])[l == FaceLabel.WithoutMask ? 0 : 1, l == FaceLabel.WithMask ? 1 : 0]).ToArray(),
            _ => Columns(labels, FaceLabel.WithMask),
        },
        [labels.Length, recipe.Head.LogitCount()],
        device: device);

    private static float[] Columns(FaceLabel[] labels, params FaceLabel[] columns) =>
        [.. labels.SelectMany(label => columns.Select(column => label == column ? 1f : 0f))];

    /// <summary>The loss of each face: the negative log likelihood of its label, with label smoothing.</summary>
    private Tensor Loss(Tensor logits, Tensor targets, Tensor truth, FaceLabel[] labels)
    {
        var smoothing = recipe.LabelSmoothing;
        if (recipe.Head == VerdictHead.Softmax)
        {
            var smooth = (targets * (1 - smoothing)) + (smoothing / VerdictHeads.LabelCount);
            return -(smooth * nn.functional.log_softmax(logits, 1)).sum(1);
        }

        var each = nn.functional.binary_cross_entropy_with_logits(
            logits, (targets * (1 - smoothing)) + (smoothing / 2), reduction: nn.Reduction.None);
        if (recipe.FocalGamma > 0)
        {
            each *= (logits.detach().sigmoid() - truth).abs().pow(recipe.FocalGamma) * (1 + recipe.FocalGamma);
        }

        // How a mask is worn matters only if there is one.
        return recipe.Head == VerdictHead.Mask
            ? each.squeeze(1)
            : (each * tensor(labels.SelectMany(
                l => (float[])[1, l == FaceLabel.WithoutMask ? 0 : 1]).ToArray(), [labels.Length, 2], device: device)).sum(1);
    }

    private long Hits(Tensor logits, FaceLabel[] labels)
    {
        using var there = logits.detach().cpu();
        return there.data<float>().ToArray().Chunk(recipe.Head.LogitCount()).Zip(labels).LongCount(
            f => recipe.Head.Verdict(f.First) == f.Second);
    }

    private (double Loss, double Accuracy, double Balanced) Validate(MaskNetwork network, FeatureBanks banks, int firstBlock)
    {
        double loss = 0, hits = 0, weight = 0;
        var right = new double[VerdictHeads.LabelCount];
        var count = new double[VerdictHeads.LabelCount];
        foreach (var bank in (FeatureBank?[])[banks.Plain, banks.Hard])
        {
            if (bank is null)
            {
                continue;
            }

            var logits = Answer(network, bank, set.Split.Validation, firstBlock, device);
            for (var i = 0; i < logits.Length; i++)
            {
                var item = set.Split.Validation[i];
                var label = set.Crops[item].Label;
                var correct = recipe.Head.Verdict(logits[i]) == label;
                loss -= set.Weights[item] * Math.Log(Math.Max(1e-7, recipe.Head.Probabilities(logits[i])[(int)label]));
                weight += set.Weights[item];
                if (bank != banks.Plain)
                {
                    continue;
                }

                hits += correct ? 1 : 0;
                right[(int)label] += correct ? 1 : 0;
                count[(int)label]++;
            }
        }

        return (loss / weight, hits / Math.Max(1, count.Sum()), right.Zip(count).Where(l => l.Second > 0).Select(
            l => l.First / l.Second).DefaultIfEmpty().Average());
    }
}
