using MaskApi.Settings;
using MaskApi.Vision.Inference;

namespace MaskApi.Models;

/// <summary>Which models run, and where.</summary>
internal sealed record ModelOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Models";

    /// <summary>Folder of the ONNX files; empty means the models that came with the service. Mount your own to use them.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// What the mask classifier computes with: `Float`, or `Int8`: about 1.7 times as fast a face on processors with AVX-512 VNNI, no
    /// faster on those without. The same on every replica, or equal pictures get slightly different answers.
    /// </summary>
    public ModelPrecision Precision { get; init; } = ModelPrecision.Float;

    /// <summary>Where the models run: `Cpu`, or `Cuda` in the GPU build.</summary>
    public ExecutionProvider ExecutionProvider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>Run on the processor when the execution provider cannot be had, instead of refusing to start.</summary>
    public bool FallBackToCpu { get; init; }

    /// <summary>Threads inside one model run. Pictures are the unit of parallelism, so 1 serves the most of them.</summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (!string.IsNullOrEmpty(Path) && !Directory.Exists(Path))
        {
            yield return $"{nameof(Path)}: there is no folder '{Path}'.";
        }

        if (IntraOpThreads is < 1 or > 256)
        {
            yield return $"{nameof(IntraOpThreads)} must be between 1 and 256, and is {IntraOpThreads}.";
        }
    }
}
