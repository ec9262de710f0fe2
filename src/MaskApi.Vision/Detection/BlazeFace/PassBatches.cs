using MaskApi.Onnx.BlazeFace;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision.Detection.BlazeFace;

/// <summary>
/// Runs the passes of concurrent pictures together, those of one size at a time. They begin in the processor's memory, where the letterbox
/// fills them, and end there, where their boxes are merged: nothing stays on the device, and there is nothing to bind to it.
/// </summary>
internal sealed class PassBatches : IDisposable
{
    /// <summary>The largest passes of so many pictures take about half a gigabyte.</summary>
    private const int MaxBatch = 8;

    private readonly OnnxModel _model;
    private readonly string[] _inputNames;
    private readonly NativeBuffer<byte> _input = new();
    private readonly NativeBuffer<float> _scores = new();
    private readonly NativeBuffer<float> _boxes = new();
    private readonly NativeBuffer<float> _keypoints = new();
    private readonly Batcher<PassRun, PassRun> _batcher;

    /// <summary>Starts the batches.</summary>
    /// <param name="model">The detector for batches; remains the caller's.</param>
    internal PassBatches(OnnxModel model)
    {
        _model = model;
        _inputNames = [model.Session.InputNames[0]];
        _batcher = new Batcher<PassRun, PassRun>("detector", Run, new BatchLimits(MaxBatch));
    }

    /// <summary>The graph that takes batches, of the detector's file.</summary>
    internal static byte[] Graph(byte[] file) => BatchedDetectorGraph.Derive(file);

    /// <summary>Runs a pass; its outputs are filled on return.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="cancellationToken">Withdraws the pass if no batch has taken it yet.</param>
    internal void Run(PassRun pass, CancellationToken cancellationToken) => _batcher.Run(pass, cancellationToken);

    public void Dispose()
    {
        _batcher.Dispose();
        _input.Dispose();
        _scores.Dispose();
        _boxes.Dispose();
        _keypoints.Dispose();
    }

    private IReadOnlyList<PassRun> Run(IReadOnlyList<PassRun> passes)
    {
        foreach (var size in passes.GroupBy(static pass => (pass.Width, pass.Height)))
        {
            Run(size.Key.Width, size.Key.Height, [.. size]);
        }

        return passes;
    }

    private void Run(int width, int height, PassRun[] passes)
    {
        var anchors = width / BlazeFaceModel.Stride * (height / BlazeFaceModel.Stride);
        using var input = _input.Tensor(passes.Length, height, width, 3);
        using var scores = _scores.Tensor(passes.Length * anchors);
        using var boxes = _boxes.Tensor(passes.Length, anchors, 4);
        using var keypoints = _keypoints.Tensor(passes.Length, anchors, 12);
        foreach (var (i, pass) in passes.Index())
        {
            pass.Input.Data.CopyTo(_input.Data[(i * pass.Input.Data.Length)..]);
        }

        _model.Run(_inputNames, [input], BlazeFaceModel.OutputNames, [scores, boxes, keypoints]);
        foreach (var (i, pass) in passes.Index())
        {
            CopyPart(_scores, i, anchors, pass.Scores);
            CopyPart(_boxes, i, anchors * 4, pass.Boxes);
            CopyPart(_keypoints, i, anchors * 12, pass.Keypoints);
        }
    }

    private static void CopyPart(NativeBuffer<float> batch, int index, int length, NativeBuffer<float> part)
    {
        part.Resize(length);
        batch.Data.Slice(index * length, length).CopyTo(part.Data);
    }
}
