using System.Text.Json;
using MaskApi.Training.Network;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaskApi.Training.Fitting;

/// <summary>The state of a run after a whole epoch.</summary>
/// <param name="Phase">1 or 2.</param>
/// <param name="Epoch">Finished epochs of the phase.</param>
/// <param name="Rate">Learning rate for the next epoch.</param>
/// <param name="PlateauBest">See <see cref="PlateauSchedule.Best"/>; null before the first epoch.</param>
/// <param name="PlateauWaited">See <see cref="PlateauSchedule.Waited"/>.</param>
/// <param name="StoppingBest">See <see cref="EarlyStopping.Best"/>; null before the first epoch.</param>
/// <param name="StoppingWaited">See <see cref="EarlyStopping.Waited"/>.</param>
/// <param name="AverageSteps">Steps in the running average of the weights.</param>
/// <param name="History">All epochs so far.</param>
public sealed record Checkpoint(
    int Phase,
    int Epoch,
    double Rate,
    double? PlateauBest,
    int PlateauWaited,
    double? StoppingBest,
    int StoppingWaited,
    long AverageSteps,
    IReadOnlyList<EpochMetrics> History);

/// <summary>Keeps a run's latest checkpoint in a folder. A crash while writing leaves the previous one intact.</summary>
/// <param name="folder">The folder; created on the first write.</param>
public sealed class CheckpointFolder(string folder)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private string Current => Path.Combine(folder, "checkpoint");

    /// <summary>Loads the state of the latest checkpoint, or null.</summary>
    public Checkpoint? Load()
    {
        var path = Path.Combine(Current, "state.json");
        return File.Exists(path) ? JsonSerializer.Deserialize<Checkpoint>(File.ReadAllBytes(path), _json) : null;
    }

    /// <summary>Replaces the checkpoint.</summary>
    internal void Save(Checkpoint state, MaskNetwork network, optim.Optimizer optimizer, WeightSnapshot best, WeightAverage? average)
    {
        var partial = Current + ".partial";
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true);
        }

        Directory.CreateDirectory(partial);
        network.save(Path.Combine(partial, "network.dat"));
        ((OptimizerHelper)optimizer).save_state_dict(Path.Combine(partial, "optimizer.dat"));
        Write(Path.Combine(partial, "best.dat"), best.Values);
        if (average is not null)
        {
            Write(Path.Combine(partial, "average.dat"), average.Snapshot.Values);
        }

        File.WriteAllBytes(Path.Combine(partial, "state.json"), JsonSerializer.SerializeToUtf8Bytes(state, _json));

        var old = Current + ".old";
        if (Directory.Exists(Current))
        {
            Directory.Move(Current, old);
        }

        Directory.Move(partial, Current);
        if (Directory.Exists(old))
        {
            Directory.Delete(old, recursive: true);
        }
    }

    /// <summary>Restores the tensors of the latest checkpoint.</summary>
    internal void LoadTensors(MaskNetwork network, optim.Optimizer optimizer, WeightSnapshot best, WeightAverage? average)
    {
        network.load(Path.Combine(Current, "network.dat"));
        ((OptimizerHelper)optimizer).load_state_dict(Path.Combine(Current, "optimizer.dat"));
        Read(Path.Combine(Current, "best.dat"), best.Values);
        if (average is not null)
        {
            Read(Path.Combine(Current, "average.dat"), average.Snapshot.Values);
        }
    }

    private static void Write(string path, IReadOnlyList<Tensor> tensors)
    {
        using var writer = new BinaryWriter(File.Create(path));
        foreach (var value in tensors)
        {
            using var there = value.cpu();
            there.Save(writer);
        }
    }

    private static void Read(string path, IReadOnlyList<Tensor> tensors)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        using var frozen = no_grad();
        foreach (var value in tensors)
        {
            using var read = TensorExtensionMethods.Load(reader);
            value.copy_(read);
        }
    }
}
