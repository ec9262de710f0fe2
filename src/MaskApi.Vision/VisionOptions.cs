using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision;

/// <summary>Settings of a <see cref="FacePipeline"/>, fixed for its lifetime.</summary>
public sealed record VisionOptions
{
    /// <summary>Folder of the ONNX files; null means <c>models</c> beside the assembly.</summary>
    public string? ModelsPath { get; init; }

    /// <summary>Bounds on the pictures that are decoded.</summary>
    public DecodeLimits Decode { get; init; } = new();

    /// <summary>
    /// Threads inside one model run. 1 by default: pictures are the unit of parallelism, and two sessions with their own pools fight over
    /// the cores.
    /// </summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>The device that runs the models.</summary>
    public ExecutionProvider ExecutionProvider { get; init; } = ExecutionProvider.Cpu;
}
