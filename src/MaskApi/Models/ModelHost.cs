using MaskApi.Problems;
using MaskApi.Uploads;
using MaskApi.Vision;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;

namespace MaskApi.Models;

/// <summary>
/// Owns the pipeline: loads and warms it while the service already listens, and ends the process with one clear line if a model is missing,
/// corrupt or not of the expected shape.
/// </summary>
internal sealed partial class ModelHost(
    ModelOptions models,
    LimitOptions limits,
    IHostApplicationLifetime lifetime,
    ILogger<ModelHost> logger) : BackgroundService
{
    private volatile FacePipeline? _pipeline;

    /// <summary>The loaded and warmed pipeline.</summary>
    /// <exception cref="ProblemException"><c>not_ready</c> before that.</exception>
    public FacePipeline Pipeline => _pipeline ?? throw NotReady();

    /// <summary>Whether the models are loaded and warmed.</summary>
    public bool IsLoaded => _pipeline is not null;

    /// <summary>The device that actually runs the models, which differs from the configured one after a fallback.</summary>
    public ExecutionProvider ExecutionProvider { get; private set; }

    /// <summary>Why the models could not be loaded; null while loading or loaded.</summary>
    public string? Failure { get; private set; }

    /// <summary>The problem <c>not_ready</c>.</summary>
    public static ProblemException NotReady() =>
        new(ProblemKinds.NotReady, ProblemKinds.NotReady.Example) { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <inheritdoc/>
    public override void Dispose()
    {
        _pipeline?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Wait until the host has started. Stopping it halfway is an exception of its own, and if the port is taken the process ends at
        // once, which native code in the middle of loading does not survive.
        var started = new TaskCompletionSource();
        using (lifetime.ApplicationStarted.Register(started.SetResult))
        {
            await started.Task.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (stoppingToken.IsCancellationRequested)
        {
            return;
        }

        await Task.Run(Load, stoppingToken);
    }

    private void Load()
    {
        try
        {
            var pipeline = LoadPipeline();
            pipeline.WarmUp();
            WarmUpCodecs();

            // Loading leaves the files' bytes and the parser's copies behind.
            MemoryTrimmer.ReleaseUnused();
            _pipeline = pipeline;
            LogReady(logger, pipeline.Models.Count);
        }
        catch (Exception exception)
        {
            // Any exception counts, including a missing or corrupt library and too little memory. The innermost one tells the cause.
            Failure = exception is ModelLoadException ? exception.Message : exception.GetBaseException().Message.Split('\n')[0].TrimEnd();
            LogFailure(logger, Failure);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    /// <summary>Loads the codecs' library, which the first caller would otherwise find missing.</summary>
    private static void WarmUpCodecs()
    {
        using var picture = new Raster(16, 16);
        AnnotationRenderer.Draw(picture, [], minConfidence: 0.5f);
        using var file = ImageEncoder.Encode(picture, OutputFormat.Png);
    }

    /// <summary>Loads with the configured provider. The fallback is explicit, so it is logged and reported.</summary>
    private FacePipeline LoadPipeline()
    {
        var options = new VisionOptions
        {
            ModelsPath = string.IsNullOrEmpty(models.Path) ? null : models.Path,
            Decode = limits.Decode,
            IntraOpThreads = models.IntraOpThreads,
            ExecutionProvider = models.ExecutionProvider,
        };
        try
        {
            ExecutionProvider = options.ExecutionProvider;
            return FacePipeline.Load(options);
        }
        catch (ModelLoadException exception) when (models.FallBackToCpu && options.ExecutionProvider != ExecutionProvider.Cpu)
        {
            LogFallBack(logger, exception.Message);
            ExecutionProvider = ExecutionProvider.Cpu;
            return FacePipeline.Load(options with { ExecutionProvider = ExecutionProvider.Cpu });
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Ready: {Count} models loaded and warmed")]
    private static partial void LogReady(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The models cannot be used: {Reason}")]
    private static partial void LogFailure(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Falling back to the processor: {Reason}")]
    private static partial void LogFallBack(ILogger logger, string reason);
}
