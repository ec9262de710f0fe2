using MaskApi.Onnx.MobileNetV2;
using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Training.Network;

/// <summary>
/// The frozen part of the backbone, run by ONNX Runtime, one picture per thread. That is faster than torch here, and threads never wait for
/// each other. Thread-safe.
/// </summary>
internal sealed class FrozenBackbone : IDisposable
{
    private static readonly string[] _inputNames = ["pixels"];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _outputNames;
    private readonly int _inputSize;

    /// <summary>Loads the backbone.</summary>
    /// <param name="weights">Its weights.</param>
    /// <param name="blocks">Indices of the blocks whose inputs are requested, from 1 on.</param>
    /// <param name="inputSize">Side of the pictures, pixels.</param>
    public FrozenBackbone(BackboneWeights weights, IReadOnlyList<int> blocks, int inputSize)
    {
        _inputSize = inputSize;
        string[] names = [.. blocks.Select(b => weights.Blocks[b].Name)];
        _outputNames = ["features", .. names.Select(n => $"{n}.input")];
        _session = SingleThreadSession.Open(CropClassifierGraph.BuildBackbone(inputSize, weights.ToNumbers(), names));
        Shapes = [.. _outputNames.Skip(1).Select(n => _session.OutputMetadata[n].Dimensions[1..].Select(d => (long)d).ToArray())];
    }

    /// <summary>Rows, columns and channels of each requested input.</summary>
    public IReadOnlyList<long[]> Shapes { get; }

    /// <summary>Runs the backbone over one picture.</summary>
    /// <param name="rgb">uint8 <c>[side, side, 3]</c>.</param>
    /// <returns>The pooled features, then each requested input; owned by the caller.</returns>
    public IDisposableReadOnlyCollection<OrtValue> Run(Memory<byte> rgb)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, rgb, [1, _inputSize, _inputSize, 3]);
        return _session.Run(_run, _inputNames, [input], _outputNames);
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }
}
