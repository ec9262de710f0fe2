using MaskApi.Onnx.MobileNetV2;
using MaskApi.Vision.Inference;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Vision.Classification;

/// <summary>
/// Classifies crops of concurrent callers together. Crops differ in size, so each is resized by itself, straight to its place in the
/// batch's tensor, which stays on the device: a crop goes there once, and its verdict comes back.
/// </summary>
internal sealed class CropBatches : IDisposable
{
    private const int MaxBatch = 32;

    /// <summary>What the network takes: crops resized and scaled.</summary>
    internal static readonly TensorSpec PixelsSpec = new(SplitClassifierGraph.SeamName, TensorElementType.Float, -1, 3, -1, -1);

    private readonly OnnxModel _preprocessing;
    private readonly OnnxModel _network;
    private readonly string[] _outputNames;
    private readonly OrtMemoryInfo _device;
    private readonly OrtAllocator _allocator;
    private readonly OrtMemoryAllocation _pixels;
    private readonly OrtIoBinding _resizing;
    private readonly OrtIoBinding _classifying;
    private readonly NativeBuffer<float>[] _outputs;
    private readonly Batcher<FaceCrop, CropVerdict> _batcher;

    private CropBatches(OnnxModel preprocessing, OnnxModel network, string[] outputNames, ExecutionProvider provider)
    {
        _preprocessing = preprocessing;
        _network = network;
        _outputNames = outputNames;
        _outputs = [.. outputNames.Select(static _ => new NativeBuffer<float>())];
        _device = provider == ExecutionProvider.Cuda
            ? new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default)
            : new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default);
        _allocator = new OrtAllocator(network.Session, _device);
        _pixels = _allocator.Allocate((uint)(MaxBatch * CropBytes));
        _resizing = preprocessing.Session.CreateIoBinding();
        _classifying = network.Session.CreateIoBinding();
        _batcher = new Batcher<FaceCrop, CropVerdict>("classifier", Run, new BatchLimits(MaxBatch));
    }

    /// <summary>The network's graph, of the classifier's file.</summary>
    internal static byte[] Network(byte[] file) => SplitClassifierGraph.Split(file).Network;

    /// <summary>Loads what goes before the network, and reserves the memory of a batch.</summary>
    /// <param name="network">The network; remains the caller's.</param>
    /// <param name="outputNames">The outputs to read: probabilities, and the face logit if there is one.</param>
    /// <param name="options">Where the model is and how it runs.</param>
    /// <exception cref="ModelLoadException">The file does not say to which size crops are resized.</exception>
    internal static CropBatches Load(OnnxModel network, string[] outputNames, VisionOptions options)
    {
        if (network.Info.InputSize == 0)
        {
            throw new ModelLoadException($"Model file '{network.Info.File}' cannot take batches: its metadata has no 'input_size'.");
        }

        var preprocessing = OnnxModel.Load(
            MaskClassifier.Name,
            [MaskClassifier.CropsSpec],
            [PixelsSpec],
            options,
            static file => SplitClassifierGraph.Split(file).Preprocessing);
        return new CropBatches(preprocessing, network, outputNames, options.ExecutionProvider);
    }

    private int Side => _network.Info.InputSize;

    private long CropBytes => 3L * Side * Side * sizeof(float);

    /// <summary>Classifies crops.</summary>
    /// <param name="crops">The crops; remain the caller's.</param>
    /// <param name="cancellationToken">Withdraws the crops that no batch has taken yet.</param>
    internal CropVerdict[] Classify(IReadOnlyList<FaceCrop> crops, CancellationToken cancellationToken) =>
        _batcher.Run(crops, cancellationToken);

    /// <summary>Makes the next run release memory that no run uses any more.</summary>
    internal void TrimMemory() => _preprocessing.ShrinkAfterNextRun();

    public void Dispose()
    {
        _batcher.Dispose();
        _resizing.Dispose();
        _classifying.Dispose();
        Array.ForEach(_outputs, static output => output.Dispose());
        _pixels.Dispose();
        _allocator.Dispose();
        _device.Dispose();
        _preprocessing.Dispose();
    }

    private CropVerdict[] Run(IReadOnlyList<FaceCrop> crops)
    {
        for (var i = 0; i < crops.Count; i++)
        {
            Resize(crops[i], i);
        }

        using var pixels = Pixels(0, crops.Count);
        var classes = _outputNames[0] == MaskClassifier.Three ? 3 : 1;
        using var probabilities = classes == 3 ? _outputs[0].Tensor(crops.Count, classes) : _outputs[0].Tensor(crops.Count);
        using var faces = _outputs.Length > 1 ? _outputs[1].Tensor(crops.Count) : null;
        _network.Run(_classifying, binding =>
        {
            binding.BindInput(SplitClassifierGraph.SeamName, pixels);
            binding.BindOutput(_outputNames[0], probabilities);
            if (faces is not null)
            {
                binding.BindOutput(_outputNames[1], faces);
            }
        });
        return [.. crops.Select((_, i) => new CropVerdict(
            MaskClassifier.Verdict(_outputs[0].Data.Slice(i * classes, classes)),
            faces is null ? null : _outputs[1].Data[i]))];
    }

    private void Resize(FaceCrop crop, int place)
    {
        using var input = crop.Tensor();
        using var output = Pixels(place, 1);
        _preprocessing.Run(_resizing, binding =>
        {
            binding.BindInput(MaskClassifier.Crops, input);
            binding.BindOutput(SplitClassifierGraph.SeamName, output);
        });
    }

    /// <summary>A part of the batch's tensor, <c>float[count, 3, side, side]</c> on the device.</summary>
    private OrtValue Pixels(int first, int count) => OrtValue.CreateTensorValueWithData(
        _device,
        TensorElementType.Float,
        [count, 3, Side, Side],
        _pixels.DangerousGetHandle() + (nint)(first * CropBytes),
        count * CropBytes);
}
