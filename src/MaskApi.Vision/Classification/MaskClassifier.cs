using MaskApi.Vision.Inference;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Vision.Classification;

/// <summary>
/// Tells whether a face wears a mask and how, and whether it is a face at all. Resizing, scaling, network and calibration are inside the
/// model: a crop of any size goes in, a verdict comes out. One instance serves any number of threads.
/// </summary>
public sealed class MaskClassifier : IDisposable
{
    private const string Mask = "mask_probability";
    private const string Three = "probabilities";
    private const string Face = "face_logit";

    private static readonly string[] _inputNames = ["crops"];

    private readonly OnnxModel _model;
    private readonly string[] _outputNames;
    private readonly Pool<Workspace> _workspaces;

    private MaskClassifier(OnnxModel model, bool knowsWear, bool knowsFaces)
    {
        _model = model;
        var probabilities = knowsWear ? Three : Mask;
        _outputNames = knowsFaces ? [probabilities, Face] : [probabilities];
        _workspaces = new Pool<Workspace>(() => new Workspace(knowsWear, knowsFaces));
        Model = model.Info with
        {
            Classes = knowsWear
                ? [MaskLabel.WithMask, MaskLabel.WithoutMask, MaskLabel.IncorrectlyWorn]
                : [MaskLabel.WithMask, MaskLabel.WithoutMask],
        };
    }

    /// <summary>The model in use.</summary>
    public ModelInfo Model { get; }

    /// <summary>Whether the model can tell a face from anything else.</summary>
    internal bool KnowsFaces => _outputNames.Length > 1;

    /// <summary>Loads the classifier.</summary>
    /// <param name="options">Where the model is and how it runs.</param>
    /// <exception cref="ModelLoadException">The model is missing, corrupt or not of the expected shape.</exception>
    public static MaskClassifier Load(VisionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var model = OnnxModel.Load(
            "mask_classifier",
            [new TensorSpec("crops", TensorElementType.UInt8, -1, -1, -1, 3)],
            [
                new TensorSpec("logit", TensorElementType.Float, -1),
                new TensorSpec(Mask, TensorElementType.Float, -1),

                // With a mask, without, worn incorrectly. A classifier without this output never says the third.
                new TensorSpec(Three, TensorElementType.Float, -1, 3) { IsOptional = true },

                // Without this output, the detector's confidence stands.
                new TensorSpec(Face, TensorElementType.Float, -1) { IsOptional = true },
            ],
            options);
        var outputs = model.Session.OutputMetadata;
        return new MaskClassifier(model, outputs.ContainsKey(Three), outputs.ContainsKey(Face));
    }

    /// <summary>Classifies one face per run: on the processor, batches gain nothing, and faces differ in size.</summary>
    /// <param name="crop">The face with its padding, as <see cref="FaceCropper"/> cuts it.</param>
    /// <returns>The verdict.</returns>
    public CropVerdict Classify(FaceCrop crop)
    {
        ArgumentNullException.ThrowIfNull(crop);
        var workspace = _workspaces.Rent();
        try
        {
            using var input = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance,
                TensorElementType.UInt8,
                [1, crop.Height, crop.Width, 3],
                crop.Address,
                (long)crop.Width * crop.Height * 3);
            workspace.Inputs[0] = input;
            _model.Run(_inputNames, workspace.Inputs, _outputNames, workspace.Outputs);
            return new CropVerdict(workspace.Verdict, workspace.FaceLogit?.Data[0]);
        }
        finally
        {
            _workspaces.Return(workspace);
            GC.KeepAlive(crop);
        }
    }

    /// <summary>Makes the next run release memory that no run uses any more.</summary>
    internal void TrimMemory() => _model.ShrinkAfterNextRun();

    /// <inheritdoc/>
    public void Dispose()
    {
        _workspaces.Dispose();
        _model.Dispose();
    }

    /// <summary>The buffers of one run.</summary>
    private sealed class Workspace : IDisposable
    {
        private readonly NativeTensor<float> _probabilities;
        private readonly bool _knowsWear;

        internal Workspace(bool knowsWear, bool knowsFaces)
        {
            _knowsWear = knowsWear;
            _probabilities = knowsWear ? new NativeTensor<float>(1, 3) : new NativeTensor<float>(1);
            FaceLogit = knowsFaces ? new NativeTensor<float>(1) : null;
            Outputs = FaceLogit is null ? [_probabilities.Value] : [_probabilities.Value, FaceLogit.Value];
        }

        internal OrtValue[] Inputs { get; } = new OrtValue[1];

        internal VerdictProbabilities Verdict => _probabilities.Data is var p && _knowsWear
            ? new VerdictProbabilities(p[0], p[1], p[2])
            : VerdictProbabilities.OfMask(p[0]);

        internal NativeTensor<float>? FaceLogit { get; }

        internal OrtValue[] Outputs { get; }

        public void Dispose()
        {
            _probabilities.Dispose();
            FaceLogit?.Dispose();
        }
    }
}
