using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision;

/// <summary>Settings of a <see cref="FacePipeline"/>, fixed for its lifetime.</summary>
public sealed record VisionOptions
{
    private readonly bool? _batches;

    /// <summary>Folder of the ONNX files; null means <c>models</c> beside the assembly.</summary>
    public string? ModelsPath { get; init; }

    /// <summary>Bounds on the pictures that are decoded.</summary>
    public DecodeLimits Decode { get; init; } = new();

    /// <summary>
    /// Threads inside one model run. 1 by default: pictures are the unit of parallelism, and two sessions with their own pools fight over
    /// the cores. With 1, large runs of the detector still use several while cores are idle.
    /// </summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>The device that runs the models.</summary>
    public ExecutionProvider ExecutionProvider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>Whether the runs of concurrent callers are joined to batches. By default on a GPU; a processor gains nothing.</summary>
    internal bool Batches
    {
        get => _batches ?? ExecutionProvider == ExecutionProvider.Cuda;
        init => _batches = value;
    }
}
