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
    /// <summary>The model's name.</summary>
    internal const string Name = "mask_classifier";

    /// <summary>The model's input.</summary>
    internal const string Crops = "crops";

    /// <summary>The output of a three-class model, <c>float[n, 3]</c>: with a mask, without, worn incorrectly.</summary>
    internal const string Three = "probabilities";

    private const string Mask = "mask_probability";
    private const string Face = "face_logit";

    /// <summary>Crops of any size.</summary>
    internal static readonly TensorSpec CropsSpec = new(Crops, TensorElementType.UInt8, -1, -1, -1, 3);

    private static readonly string[] _inputNames = [Crops];

    private readonly OnnxModel _model;
    private readonly string[] _outputNames;
    private readonly Pool<Workspace> _workspaces;

    /// <summary>Null unless runs are batched; then the model is only the network behind the resizing of crops.</summary>
    private CropBatches? _batches;

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

    /// <summary>Whether crops are best handed over all at once.</summary>
    internal bool TakesBatches => _batches is not null;

    /// <summary>Loads the classifier.</summary>
    /// <param name="options">Where the model is and how it runs.</param>
    /// <exception cref="ModelLoadException">The model is missing, corrupt or not of the expected shape.</exception>
    public static MaskClassifier Load(VisionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var model = OnnxModel.Load(
            Name,
            [options.Batches ? CropBatches.PixelsSpec : CropsSpec],
            [
                new TensorSpec("logit", TensorElementType.Float, -1),
                new TensorSpec(Mask, TensorElementType.Float, -1),

                // With a mask, without, worn incorrectly. A classifier without this output never says the third.
                new TensorSpec(Three, TensorElementType.Float, -1, 3) { IsOptional = true },

                // Without this output, the detector's confidence stands.
                new TensorSpec(Face, TensorElementType.Float, -1) { IsOptional = true },
            ],
            options,
            options.Batches ? CropBatches.Network : null);
        var outputs = model.Session.OutputMetadata;
        var classifier = new MaskClassifier(model, outputs.ContainsKey(Three), outputs.ContainsKey(Face));
        if (!options.Batches)
        {
            return classifier;
        }

        try
        {
            classifier._batches = CropBatches.Load(model, classifier._outputNames, options);
            return classifier;
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Classifies one face per run on the processor, where batches gain nothing and faces differ in size; on a GPU, together with those of
    /// other callers.
    /// </summary>
    /// <param name="crop">The face with its padding, as <see cref="FaceCropper"/> cuts it.</param>
    /// <returns>The verdict.</returns>
    public CropVerdict Classify(FaceCrop crop)
    {
        ArgumentNullException.ThrowIfNull(crop);
        if (_batches is not null)
        {
            return _batches.Classify([crop], CancellationToken.None)[0];
        }

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

    /// <summary>Classifies faces, in batches with those of other callers.</summary>
    /// <param name="crops">The faces, as <see cref="FaceCropper"/> cuts them.</param>
    /// <param name="cancellationToken">Withdraws the faces that no batch has taken yet.</param>
    /// <returns>The verdicts, in the same order.</returns>
    /// <exception cref="InvalidOperationException"><see cref="TakesBatches"/> is false.</exception>
    internal CropVerdict[] Classify(IReadOnlyList<FaceCrop> crops, CancellationToken cancellationToken) =>
        (_batches ?? throw new InvalidOperationException("The classifier takes one crop at a time.")).Classify(crops, cancellationToken);

    /// <summary>Converts one face's output.</summary>
    /// <param name="p">The probabilities of the verdicts, or that of a mask.</param>
    internal static VerdictProbabilities Verdict(ReadOnlySpan<float> p) =>
        p.Length == 3 ? new VerdictProbabilities(p[0], p[1], p[2]) : VerdictProbabilities.OfMask(p[0]);

    /// <summary>Makes the next run release memory that no run uses any more.</summary>
    internal void TrimMemory()
    {
        _batches?.TrimMemory();
        _model.ShrinkAfterNextRun();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batches?.Dispose();
        _workspaces.Dispose();
        _model.Dispose();
    }

    /// <summary>The buffers of one run.</summary>
    private sealed class Workspace : IDisposable
    {
        private readonly NativeTensor<float> _probabilities;

        internal Workspace(bool knowsWear, bool knowsFaces)
        {
            _probabilities = knowsWear ? new NativeTensor<float>(1, 3) : new NativeTensor<float>(1);
            FaceLogit = knowsFaces ? new NativeTensor<float>(1) : null;
            Outputs = FaceLogit is null ? [_probabilities.Value] : [_probabilities.Value, FaceLogit.Value];
        }

        internal OrtValue[] Inputs { get; } = new OrtValue[1];

        internal VerdictProbabilities Verdict => MaskClassifier.Verdict(_probabilities.Data);

        internal NativeTensor<float>? FaceLogit { get; }

        internal OrtValue[] Outputs { get; }

        public void Dispose()
        {
            _probabilities.Dispose();
            FaceLogit?.Dispose();
        }
    }
}
