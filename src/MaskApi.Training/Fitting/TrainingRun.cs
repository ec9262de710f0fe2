using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using MaskApi.Training.Data;
using MaskApi.Training.Evaluation;
using MaskApi.Training.Network;
using static TorchSharp.torch;

namespace MaskApi.Training.Fitting;

/// <summary>Everything that a run was made from, stored with it for reproduction.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Data">SHA-256 of the crops.</param>
/// <param name="Sources">Number of faces by source and label, as used.</param>
/// <param name="Train">Number of training faces.</param>
/// <param name="Validation">Number of held-back faces.</param>
/// <param name="Device">Device that it ran on.</param>
/// <param name="Runtime">.NET, TorchSharp, operating system and processors.</param>
public sealed record RunConfiguration(
    Recipe Recipe, int Seed, string Data, IReadOnlyDictionary<string, int> Sources, int Train, int Validation, string Device,
    string Runtime);

/// <summary>The result of a run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="ValidationAccuracy">On the held-back faces, 0–1.</param>
/// <param name="ValidationBalancedAccuracy">0–1.</param>
/// <param name="ValidationLoss">Unweighted binary cross-entropy before calibration.</param>
/// <param name="CalibratedLoss">After calibration, which is fitted on these very faces.</param>
/// <param name="Temperatures">Temperatures of the calibration, one per logit.</param>
/// <param name="HeadSeconds">Duration of the first phase.</param>
/// <param name="TuningSeconds">Duration of the second phase.</param>
/// <param name="TotalSeconds">Total duration, including views.</param>
public sealed record RunResult(
    int Seed,
    double ValidationAccuracy,
    double ValidationBalancedAccuracy,
    double ValidationLoss,
    double CalibratedLoss,
    IReadOnlyList<double> Temperatures,
    double HeadSeconds,
    double TuningSeconds,
    double TotalSeconds);

/// <summary>A run from crops to model, with its folder: configuration, metrics, checkpoints, model.</summary>
public static class TrainingRun
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Trains, calibrates and writes a model.</summary>
    /// <param name="crops">All cached faces.</param>
    /// <param name="backbone">ImageNet weights.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="resume">Whether to resume from the folder's checkpoint, if it has one.</param>
    /// <param name="observer">Receives progress.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="InvalidDataException">The folder contains another run: other data, seed or recipe.</exception>
    public static async Task<RunResult> ExecuteAsync(
        IReadOnlyList<LabelledCrop> crops,
        BackboneWeights backbone,
        Recipe recipe,
        int seed,
        Device device,
        string folder,
        bool resume,
        ITrainingObserver observer,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var clock = Stopwatch.StartNew();
        var set = TrainingSet.Create(crops, recipe, seed);
        var configuration = Describe(set, recipe, seed, device);
        Prepare(folder, configuration, resume);

        using var network = Trainer.CreateNetwork(backbone, recipe, seed, device);
        var trainer = new Trainer(set, recipe, seed, device, new RecordingObserver(observer, folder), new CheckpointFolder(folder));
        var validation = await trainer.RunAsync(network, cancellationToken).ConfigureAwait(false);

        var temperatures = Calibrate(recipe.Head, validation);
        var raw = Metrics(recipe.Head, validation, [1, 1, 1]);
        var calibrated = Metrics(recipe.Head, validation, temperatures);
        var result = new RunResult(
            seed, raw.Accuracy(), raw.BalancedAccuracy(), raw.LogLoss(), calibrated.LogLoss(), temperatures,
            trainer.History.Where(h => h.Phase == 1).Sum(h => h.Seconds), trainer.History.Where(h => h.Phase == 2).Sum(h => h.Seconds),
            clock.Elapsed.TotalSeconds);

        ClassifierExport.Write(
            network,
            configuration.Recipe.InputSize,
            temperatures,
            Metadata(configuration, result),
            Path.Combine(folder, ClassifierExport.ModelName + ".onnx"));
        WriteValidation(folder, set, validation, recipe.Head, temperatures);
        Reports.LabelReportFolder.WriteHeldBack(HeldBack(set, validation, recipe.Head, temperatures), folder, cancellationToken);
        Write(Path.Combine(folder, "result.json"), result);
        return result;
    }

    private static RunConfiguration Describe(TrainingSet set, Recipe recipe, int seed, Device device) => new(
        recipe, seed, CropFile.Fingerprint(set.Crops),
        set.Crops.GroupBy(c => $"{c.Source}{(c.Part.Length > 0 ? ":" + c.Part : string.Empty)}/{LabelledPictures.Name(c.Label)}")
            .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
        set.Split.Train.Count, set.Split.Validation.Count, device.type.ToString().ToLowerInvariant(),
        $"{RuntimeInformation.FrameworkDescription}, TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version}, "
            + $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors");

    // Each question has its own temperature. How a mask is worn matters only if there is one.
    private static double[] Calibrate(VerdictHead head, ValidationLogits validation)
    {
        double Fit(int column, FaceLabel[] no, FaceLabel[] yes)
        {
            int[] asked = [.. Enumerable.Range(0, validation.Labels.Count).Where(
                i => no.Contains(validation.Labels[i]) || yes.Contains(validation.Labels[i]))];
            return TemperatureScaling.Fit(
                [.. asked.Select(i => validation.Logits[i][column])], [.. asked.Select(i => yes.Contains(validation.Labels[i]))]);
        }

        var mask = Fit(0, [FaceLabel.WithoutMask], [FaceLabel.WithMask, FaceLabel.IncorrectMask]);
        return head == VerdictHead.Mask ? [mask] : [mask, Fit(1, [FaceLabel.IncorrectMask], [FaceLabel.WithMask])];
    }

    private static VerdictMetrics Metrics(VerdictHead head, ValidationLogits validation, double[] temperatures) => new(
        [.. validation.Logits.Zip(
            validation.Labels, (logits, label) => new JudgedVerdict(head.Probabilities(logits, temperatures), label))]);

    private static LabelReport HeldBack(TrainingSet set, ValidationLogits validation, VerdictHead head, double[] temperatures) => new(
    [
        .. validation.Items.Select((item, i) =>
        {
            var crop = set.Crops[item];
            var picture = new LabelledPicture(crop.Source, crop.Picture, crop.Part, crop.Label, [], crop.Tag, crop.Series);
            return new JudgedFace(
                picture, crop.Box, crop.FaceSide, new JudgedVerdict(head.Probabilities(validation.Logits[i], temperatures), crop.Label))
            {
                Cut = crop,
            };
        }),
    ]);

    private static void Prepare(string folder, RunConfiguration configuration, bool resume)
    {
        var path = Path.Combine(folder, "run.json");
        var text = JsonSerializer.Serialize(configuration, _json);
        if (resume && File.Exists(path))
        {
            var before = JsonSerializer.Deserialize<RunConfiguration>(File.ReadAllText(path), _json)!;
            if (before.Data != configuration.Data || before.Seed != configuration.Seed
                || before.Recipe.ToJson() != configuration.Recipe.ToJson())
            {
                throw new InvalidDataException(
                    $"'{folder}' contains a run with other data, seed or recipe and cannot be resumed.");
            }

            return;
        }

        if (Directory.Exists(Path.Combine(folder, "checkpoint")))
        {
            Directory.Delete(Path.Combine(folder, "checkpoint"), recursive: true);
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(path, text);
    }

    private static Dictionary<string, string> Metadata(RunConfiguration configuration, RunResult result)
    {
        var culture = CultureInfo.InvariantCulture;
        return new Dictionary<string, string>
        {
            ["recipe"] = configuration.Recipe.Name,
            ["seed"] = configuration.Seed.ToString(culture),
            ["training_data"] = string.Join(", ", configuration.Sources.Select(s => $"{s.Key} {s.Value}")),
            ["training_data_sha256"] = configuration.Data,
            ["validation_accuracy"] = result.ValidationAccuracy.ToString("0.0000", culture),
            ["validation_balanced_accuracy"] = result.ValidationBalancedAccuracy.ToString("0.0000", culture),
            ["validation_loss"] = result.CalibratedLoss.ToString("0.0000", culture),
            ["license"] = "Apache-2.0",
        };
    }

    private static void WriteValidation(
        string folder, TrainingSet set, ValidationLogits validation, VerdictHead head, double[] temperatures)
    {
        using var file = File.CreateText(Path.Combine(folder, "validation.csv"));
        file.WriteLine("source,picture,tag,label,face_side,without_mask,with_mask,incorrect_mask");
        for (var i = 0; i < validation.Items.Count; i++)
        {
            var crop = set.Crops[validation.Items[i]];
            var p = head.Probabilities(validation.Logits[i], temperatures);
            file.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{crop.Source},\"{crop.Picture}\",{crop.Tag},{LabelledPictures.Name(crop.Label)},{crop.FaceSide:0},{p[0]:0.00000},"
                    + $"{p[1]:0.00000},{p[2]:0.00000}"));
        }
    }

    private static void Write<T>(string path, T value) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(value, _json));

    /// <summary>Writes the metrics of every epoch into the run's folder.</summary>
    private sealed class RecordingObserver(ITrainingObserver inner, string folder) : ITrainingObserver
    {
        private readonly List<EpochMetrics> _epochs = new CheckpointFolder(folder).Load()?.History.ToList() ?? [];

        public Task<T> FollowAsync<T>(string what, int total, Func<IProgress<int>, Task<T>> work) => inner.FollowAsync(what, total, work);

        public void EpochDone(EpochMetrics metrics, int epochs)
        {
            _epochs.Add(metrics);
            Write(Path.Combine(folder, "metrics.json"), _epochs);
            using (var csv = File.CreateText(Path.Combine(folder, "metrics.csv")))
            {
                csv.WriteLine("phase,epoch,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,"
                    + "validation_balanced_accuracy,improved,seconds,pictures_per_second");
                foreach (var e in _epochs)
                {
                    csv.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{e.Phase},{e.Epoch},{e.LearningRate:0.######e+0},{e.TrainLoss:0.00000},{e.TrainAccuracy:0.00000},"
                        + $"{e.ValidationLoss:0.00000},{e.ValidationAccuracy:0.00000},{e.ValidationBalancedAccuracy:0.00000},"
                        + $"{e.Improved},{e.Seconds:0.00},{e.PicturesPerSecond:0.0}"));
                }
            }

            inner.EpochDone(metrics, epochs);
        }
    }
}
