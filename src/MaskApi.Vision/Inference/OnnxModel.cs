using System.Globalization;
using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Vision.Inference;

/// <summary>A tensor that a model must have: name, element type and shape, where -1 matches any extent.</summary>
internal readonly record struct TensorSpec(string Name, TensorElementType Type, params int[] Shape)
{
    /// <summary>The name of a model's only input, which may be anything.</summary>
    internal const string OnlyInput = "";

    /// <summary>Whether a model may lack it; if it has it, it must match.</summary>
    internal bool IsOptional { get; init; }
}

/// <summary>
/// One ONNX file and its sessions. Runs are safe on any number of threads; buffers differ from run to run and are pooled by the
/// caller.
/// </summary>
/// <remarks>
/// ONNX Runtime fixes the number of threads per session, so a model whose large runs can use idle cores has a second session with a thread
/// for each core. Results do not depend on the session: threads share out the values of an operator, not the sums within one.
/// </remarks>
internal sealed class OnnxModel : IDisposable
{
    /// <summary>How ONNX Runtime says that memory is short, on the processor and with CUDA: it has no error code for that.</summary>
    private static readonly string[] _shortages =
        ["bad_alloc", "failed to allocate", "out of memory", "available memory of", "ALLOC_FAILED"];

    /// <summary>
    /// Maximum threads of one run: operators are short, and each ends when the last thread does. Reasoned, not measured beyond two cores.
    /// </summary>
    private const int MaxParallelThreads = 4;

    private readonly RunOptions _run = new();
    private readonly RunOptions _runAndShrink = new();
    private readonly InferenceSession? _parallel;
    private int _shrink;

    private OnnxModel(ModelInfo info, InferenceSession session, InferenceSession? parallel)
    {
        Info = info;
        Session = session;
        _parallel = parallel;
        _runAndShrink.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
    }

    internal ModelInfo Info { get; }

    internal InferenceSession Session { get; }

    /// <summary>Loads a model and checks its inputs and outputs.</summary>
    /// <param name="name">Its name, which is the file name without extension.</param>
    /// <param name="inputs">Inputs it must have; the shape of the first is batch, rows, columns, channels.</param>
    /// <param name="outputs">Outputs it must have; it may have more.</param>
    /// <param name="options">Where the file is and how it runs.</param>
    /// <param name="derive">Makes the graph to run from the file's bytes; null if that is the file's own.</param>
    /// <param name="hasLargeRuns">Whether runs may be large enough to use idle cores.</param>
    /// <exception cref="ModelLoadException">The file is missing, corrupt or not of that shape, or the provider is unavailable.</exception>
    internal static OnnxModel Load(
        string name,
        ReadOnlySpan<TensorSpec> inputs,
        ReadOnlySpan<TensorSpec> outputs,
        VisionOptions options,
        Func<byte[], byte[]>? derive = null,
        bool hasLargeRuns = false)
    {
        var path = Path.Combine(options.ModelsPath ?? Path.Combine(AppContext.BaseDirectory, "models"), name + ".onnx");
        var file = ReadFile(path);
        RuntimeTelemetry.EnsureOff();
        SharedArena.EnsureRegistered();
        var graph = derive is null ? file : Derive(path, file, derive);
        var session = Open(path, graph, options);
        InferenceSession? parallel = null;
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
            var threads = Math.Min(Environment.ProcessorCount, MaxParallelThreads);
            if (hasLargeRuns && options is { ExecutionProvider: ExecutionProvider.Cpu, IntraOpThreads: 1 } && threads > 1)
            {
                parallel = Open(path, graph, options with { IntraOpThreads = threads });
            }

            return new OnnxModel(info, session, parallel);
        }
        catch
        {
            parallel?.Dispose();
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs the model.</summary>
    /// <param name="inputNames">Names of <paramref name="inputs"/>.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="outputNames">Names of <paramref name="outputs"/>.</param>
    /// <param name="outputs">The outputs, written in place.</param>
    /// <param name="isLarge">Whether the run is large enough to be worth sharing out among idle cores.</param>
    /// <exception cref="InsufficientMemoryException">There is not enough memory for the run.</exception>
    internal void Run(
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputs,
        IReadOnlyCollection<string> outputNames,
        IReadOnlyCollection<OrtValue> outputs,
        bool isLarge = false)
    {
        var session = isLarge && _parallel is not null && SharedCores.AreIdle ? _parallel : Session;
        try
        {
            session.Run(NextOptions(), inputNames, inputs, outputNames, outputs);
        }
        catch (OnnxRuntimeException exception) when (IsShortage(exception))
        {
            throw Shortage(exception);
        }
    }

    /// <summary>Runs the model on bound inputs and outputs, and waits until the device is done.</summary>
    /// <param name="binding">The binding, of one caller at a time.</param>
    /// <param name="bind">Binds; what is not on the device yet is copied there.</param>
    /// <exception cref="InsufficientMemoryException">There is not enough memory for the run.</exception>
    internal void Run(OrtIoBinding binding, Action<OrtIoBinding> bind)
    {
        try
        {
            bind(binding);
            binding.SynchronizeBoundInputs();
            Session.RunWithBinding(NextOptions(), binding);
            binding.SynchronizeBoundOutputs();
        }
        catch (OnnxRuntimeException exception) when (IsShortage(exception))
        {
            throw Shortage(exception);
        }
    }

    /// <summary>
    /// Makes the next run release, when it ends, memory that no run uses any more. ONNX Runtime never does so by itself: one large input
    /// would hold its memory for good.
    /// </summary>
    internal void ShrinkAfterNextRun() => Volatile.Write(ref _shrink, 1);

    public void Dispose()
    {
        _parallel?.Dispose();
        Session.Dispose();
        _run.Dispose();
        _runAndShrink.Dispose();
    }

    private RunOptions NextOptions() => Interlocked.Exchange(ref _shrink, 0) == 0 ? _run : _runAndShrink;

    private static bool IsShortage(OnnxRuntimeException exception) =>
        Array.Exists(_shortages, words => exception.Message.Contains(words, StringComparison.OrdinalIgnoreCase));

    private InsufficientMemoryException Shortage(OnnxRuntimeException exception) =>
        new($"Model '{Info.Name}' needs more memory than there is.", exception);

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

    private static byte[] Derive(string path, byte[] file, Func<byte[], byte[]> derive)
    {
        try
        {
            return derive(file);
        }
        catch (InvalidDataException e)
        {
            throw new ModelLoadException($"Model file '{path}' cannot take batches: {OneLine(e)}", e);
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
                    ? $"Model file '{path}' is not a runnable ONNX model: {OneLine(e)}"
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

            // A memory pattern is kept for each input shape ever seen, and each face's crop has its own shape.
            EnableMemoryPattern = false,
        };

        // Keeps weights apart from the memory of runs: a block is released only when nothing lasting lies in it. Runs use SharedArena.
        settings.AddSessionConfigEntry("session.use_device_allocator_for_initializers", "1");
        settings.AddSessionConfigEntry("session.use_env_allocators", "1");

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
                throw new ModelLoadException($"Execution provider '{Name(options.ExecutionProvider)}' is unavailable: {OneLine(e)}", e);
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

                throw new ModelLoadException(
                    $"Model file '{path}' has no tensor '{spec.Name}' (it has: {string.Join(", ", actual.Keys)}).");
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

    /// <summary>The side of the square that the network sees, from the metadata; without it, the side of a fixed square input.</summary>
    private static int InputSize(InferenceSession session) =>
        session.ModelMetadata.CustomMetadataMap.TryGetValue("input_size", out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side)
            ? side
            : Math.Max(0, session.InputMetadata.Values.First().Dimensions[1]);

    private static string Describe(TensorElementType type, int[] shape) =>
        type.ToString().ToLowerInvariant()
        + $"[{string.Join(",", shape.Select(d => d < 0 ? "?" : d.ToString(CultureInfo.InvariantCulture)))}]";

    private static string Name(ExecutionProvider provider) => provider.ToString().ToLowerInvariant();

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ").Trim();
}
