using System.Globalization;
using System.Text.Json;
using MaskApi.Onnx;
using MaskApi.Onnx.BlazeFace;

namespace MaskApi.Training.Detection;

/// <summary>The output folder of a tuning run: <c>config.json</c>, <c>metrics.csv</c>, <c>log.txt</c> and the model.</summary>
internal sealed class DetectorRunFolder : IDetectorObserver, IDisposable
{
    private static readonly JsonSerializerOptions _indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string _folder;
    private readonly StreamWriter _metrics;
    private readonly StreamWriter _log;
    private readonly Action<string> _console;

    /// <summary>Creates the folder and writes the configuration.</summary>
    /// <param name="folder">The folder. Files of an older run are overwritten.</param>
    /// <param name="config">The configuration, written as JSON.</param>
    /// <param name="console">Receives each log line too.</param>
    public DetectorRunFolder(string folder, object config, Action<string> console)
    {
        Directory.CreateDirectory(folder);
        (_folder, _console) = (folder, console);
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(config, _indented));
        _metrics = new StreamWriter(Path.Combine(folder, "metrics.csv")) { AutoFlush = true };
        _metrics.WriteLine("round,step,loss,score,box,landmarks,learning_rate,views_per_second");
        _log = new StreamWriter(Path.Combine(folder, "log.txt")) { AutoFlush = true };
    }

    /// <summary>Path of the model that <see cref="WriteModel"/> writes.</summary>
    public string ModelPath => Path.Combine(_folder, "blaze_face_tuned.onnx");

    /// <inheritdoc/>
    public void Say(string line)
    {
        _log.WriteLine(line);
        _console(line);
    }

    /// <inheritdoc/>
    public void Report(string round, DetectorProgress p)
    {
        _metrics.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{round},{p.Step},{p.Loss:0.#####},{p.Score:0.#####},{p.Box:0.#####},{p.Landmarks:0.#####},"
            + $"{p.LearningRate:0.########},{p.ViewsPerSecond:0.#}"));
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{round} round {p.Step}/{p.Steps}: loss {p.Loss:0.000} (score {p.Score:0.000}, box {p.Box:0.000}, "
            + $"key points {p.Landmarks:0.000}), {p.ViewsPerSecond:0} views/s"));
    }

    /// <summary>Writes the network as ONNX, for pictures of any size.</summary>
    /// <param name="tflite">The bytes of the original file.</param>
    /// <param name="network">The tuned weights.</param>
    /// <param name="trainingData">Description of the training data, for the file's metadata.</param>
    public void WriteModel(byte[] tflite, DetectorNetwork network, string trainingData)
    {
        var metadata = new Dictionary<string, string>
        {
            [ModelMetadata.Name] = "blaze_face_tuned",
            ["training_data"] = trainingData,
        };
        File.WriteAllBytes(ModelPath, BlazeFaceConverter.ConvertAnySize(tflite, network.Export(), metadata));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.Dispose();
        _log.Dispose();
    }
}
