using System.Globalization;
using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Vision.Inference;

/// <summary>A tensor that a model must have: its name, element type and shape, where -1 fits any extent.</summary>
internal readonly record struct TensorSpec(string Name, TensorElementType Type, params int[] Shape)
{
    /// <summary>Stands for the name of a model's only input, which is free.</summary>
    internal const string OnlyInput = "";

    /// <summary>Whether a model may do without it; where it is, it must fit.</summary>
    internal bool IsOptional { get; init; }
}

/// <summary>
/// One ONNX file and its session. <see cref="Run"/> is safe to call from any number of threads; what differs
/// from run to run, its buffers, is pooled by the caller.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly RunOptions _run = new();
    private readonly RunOptions _runAndShrink = new();
    private int _shrink;

    private OnnxModel(ModelInfo info, InferenceSession session)
    {
        Info = info;
        Session = session;
        _runAndShrink.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
    }

    internal ModelInfo Info { get; }

    internal InferenceSession Session { get; }

    /// <summary>Loads a model and checks that it is the kind of model the caller can run.</summary>
    /// <param name="name">Its name, which is its file's name without extension.</param>
    /// <param name="inputs">Inputs it must have; the first one's shape is batch, rows, columns, channels.</param>
    /// <param name="outputs">Outputs it must have; it may have more.</param>
    /// <param name="options">Where the file is and how it runs.</param>
    /// <exception cref="ModelLoadException">The file is missing, corrupt or not of that shape, or the provider cannot be had.</exception>
    internal static OnnxModel Load(string name, ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs, VisionOptions options)
    {
        var path = Path.Combine(options.ModelsPath ?? Path.Combine(AppContext.BaseDirectory, "models"), name + ".onnx");
        var file = ReadFile(path);
        RuntimeTelemetry.EnsureOff();
        var session = Open(path, file, options);
        try
        {
            Check(path, session.InputMetadata, inputs);
            Check(path, session.OutputMetadata, outputs);
            var info = new ModelInfo(
                name,
                Path.GetFileName(path),
                Convert.ToHexStringLower(SHA256.HashData(file)),
                InputSize(session),
                session.ModelMetadata.CustomMetadataMap);
            return new OnnxModel(info, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs the model.</summary>
    internal void Run(
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputs,
        IReadOnlyCollection<string> outputNames,
        IReadOnlyCollection<OrtValue> outputs) =>
        Session.Run(Interlocked.Exchange(ref _shrink, 0) == 0 ? _run : _runAndShrink, inputNames, inputs, outputNames, outputs);

    /// <summary>
    /// Lets the next run give back, when it ends, the memory that no run is using. The runtime itself never does: one large input
    /// would cost its memory for good.
    /// </summary>
    internal void ShrinkAfterNextRun() => Volatile.Write(ref _shrink, 1);

    public void Dispose()
    {
        Session.Dispose();
        _run.Dispose();
        _runAndShrink.Dispose();
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelLoadException($"Model file '{path}' does not exist.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"Model file '{path}' cannot be read: {OneLine(e)}", e);
        }
    }

    private static InferenceSession Open(string path, byte[] file, VisionOptions options)
    {
        using var settings = CreateSettings(options);
        try
        {
            return new InferenceSession(file, settings);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelLoadException(
                options.ExecutionProvider == ExecutionProvider.Cpu
                    ? $"Model file '{path}' is not an ONNX model that can be run: {OneLine(e)}"
                    : $"Model file '{path}' cannot be run by execution provider '{Name(options.ExecutionProvider)}': {OneLine(e)}",
                e);
        }
    }

    private static SessionOptions CreateSettings(VisionOptions options)
    {
        var settings = new SessionOptions
        {
            IntraOpNumThreads = options.IntraOpThreads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,

            // A pattern is kept for every input shape ever seen, and every face's crop has a shape of its own.
            EnableMemoryPattern = false,
        };

        // Weights apart from the memory of runs, of which a block is only given back when nothing lasting lies in it.
        settings.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1");

        // A thread that spins while it waits takes the core from another picture's run.
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (options.ExecutionProvider == ExecutionProvider.Cuda)
        {
            try
            {
                settings.AppendExecutionProvider_CUDA();
            }
            catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
            {
                settings.Dispose();
                throw new ModelLoadException($"Execution provider '{Name(options.ExecutionProvider)}' cannot be had: {OneLine(e)}", e);
            }
        }

        return settings;
    }

    private static void Check(string path, IReadOnlyDictionary<string, NodeMetadata> actual, ReadOnlySpan<TensorSpec> expected)
    {
        foreach (var spec in expected)
        {
            var name = spec.Name == TensorSpec.OnlyInput && actual.Count == 1 ? actual.Keys.First() : spec.Name;
            if (!actual.TryGetValue(name, out var tensor))
            {
                if (spec.IsOptional)
                {
                    continue;
                }

                throw new ModelLoadException($"Model file '{path}' has no tensor '{spec.Name}' (it has: {string.Join(", ", actual.Keys)}).");
            }

            var fits = tensor.IsTensor && tensor.ElementDataType == spec.Type && tensor.Dimensions.Length == spec.Shape.Length;
            for (var i = 0; fits && i < spec.Shape.Length; i++)
            {
                fits = spec.Shape[i] == -1 || spec.Shape[i] == tensor.Dimensions[i];
            }

            if (!fits)
            {
                throw new ModelLoadException(
                    $"Model file '{path}': tensor '{name}' is {Describe(tensor.ElementDataType, tensor.Dimensions)}, " +
                    $"expected {Describe(spec.Type, spec.Shape)}.");
            }
        }
    }

    /// <summary>The side of a fixed square input; where the graph resizes by itself, what its metadata say.</summary>
    private static int InputSize(InferenceSession session)
    {
        var side = session.InputMetadata.Values.First().Dimensions[1];
        return side > 0 || (session.ModelMetadata.CustomMetadataMap.TryGetValue("input_size", out var text) &&
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side)) ? side : 0;
    }

    private static string Describe(TensorElementType type, int[] shape) =>
        $"{type.ToString().ToLowerInvariant()}[{string.Join(",", shape.Select(d => d < 0 ? "?" : d.ToString(CultureInfo.InvariantCulture)))}]";

    private static string Name(ExecutionProvider provider) => provider.ToString().ToLowerInvariant();

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ").Trim();
}
