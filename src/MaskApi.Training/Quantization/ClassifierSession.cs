using System.Diagnostics;
using System.Globalization;
using MaskApi.Training.Data;
using MaskApi.Training.Network;
using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Training.Quantization;

/// <summary>A mask classifier in memory, run one crop at a time as the service runs it.</summary>
/// <param name="model">The bytes of the <c>.onnx</c> file.</param>
internal sealed class ClassifierSession(byte[] model) : IDisposable
{
    private static readonly string[] _inputs = ["crops"];

    private readonly InferenceSession _session = SingleThreadSession.Open(model);
    private readonly RunOptions _run = new();

    /// <summary>Side of the square that the model stretches crops to, pixels.</summary>
    public int InputSize => int.Parse(_session.ModelMetadata.CustomMetadataMap[Onnx.ModelMetadata.InputSize], CultureInfo.InvariantCulture);

    /// <summary>Time spent inside the runtime so far.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Judges a face.</summary>
    /// <param name="crop">The crop, any size.</param>
    /// <returns>The calibrated probability of a mask.</returns>
    public float MaskProbability(RgbImage crop)
    {
        using var outputs = Run(crop, ["mask_probability"]);
        return outputs[0].GetTensorDataAsSpan<float>()[0];
    }

    /// <summary>Runs the model.</summary>
    /// <param name="crop">The crop, any size.</param>
    /// <param name="outputs">The values to return.</param>
    /// <returns>The values, owned by the caller.</returns>
    public IDisposableReadOnlyCollection<OrtValue> Run(RgbImage crop, IReadOnlyCollection<string> outputs)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(crop.Pixels, [1, crop.Height, crop.Width, 3]);
        var start = Stopwatch.GetTimestamp();
        var values = _session.Run(_run, _inputs, [input], outputs);
        Elapsed += Stopwatch.GetElapsedTime(start);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }
}
