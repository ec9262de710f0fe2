using System.ComponentModel.DataAnnotations;
using MaskApi.Settings;
using MaskApi.Vision.Inference;

namespace MaskApi.Models;

/// <summary>Which models run, and on which device.</summary>
internal sealed record ModelOptions : IServiceOptions
{
    /// <inheritdoc/>
    public static string Section => "MaskApi:Models";

    /// <summary>Folder of the ONNX files; empty means the embedded models. Mount your own to use them.</summary>
    public string? Path { get; init; }

    /// <summary>Device that runs the models: `Cpu`, or `Cuda` in the GPU build.</summary>
    public ExecutionProvider ExecutionProvider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>Run on the processor if the execution provider is unavailable, instead of refusing to start.</summary>
    public bool FallBackToCpu { get; init; }

    /// <summary>
    /// Threads inside one model run. Pictures are the unit of parallelism, so 1 serves the most of them; large runs still use idle cores.
    /// </summary>
    [Range(1, 256)]
    public int IntraOpThreads { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (!string.IsNullOrEmpty(Path) && !Directory.Exists(Path))
        {
            yield return $"{nameof(Path)}: folder '{Path}' does not exist.";
        }
    }
}
