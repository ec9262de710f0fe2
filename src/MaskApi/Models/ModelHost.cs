using MaskApi.Problems;
using MaskApi.Uploads;
using MaskApi.Vision;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Inference;

namespace MaskApi.Models;

/// <summary>
/// Owns the pipeline: loads and warms it while the service already listens, and ends the process with one clear line when a
/// model is missing, corrupt or not of the expected shape.
/// </summary>
internal sealed partial class ModelHost(
    ModelOptions models,
    LimitOptions limits,
    IHostApplicationLifetime lifetime,
    ProcessorFeatures processor,
    TimeProvider time,
    ILogger<ModelHost> logger) : BackgroundService
{
    /// <summary>How often memory is given back that pictures no longer need: what is given back too early costs some milliseconds anew.</summary>
    private static readonly TimeSpan _trimEvery = TimeSpan.FromMinutes(1);

    private volatile FacePipeline? _pipeline;

    /// <summary>The loaded and warmed pipeline.</summary>
    /// <exception cref="ProblemException"><c>not_ready</c> until then.</exception>
    public FacePipeline Pipeline => _pipeline ?? throw NotReady();

    /// <summary>Whether the models are loaded and warmed.</summary>
    public bool IsLoaded => _pipeline is not null;

    /// <summary>Where the models really run: not always where it was wished, when falling back is allowed.</summary>
    public ExecutionProvider ExecutionProvider { get; private set; }

    /// <summary>Why the models could not be loaded; null while they may still be, or are.</summary>
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
        // Not before the host has started: stopping it half-way through its start is an exception of its own, and where the port is
        // taken the process ends at once, which native code in the middle of loading does not bear.
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
        if (_pipeline is not { } pipeline)
        {
            return;
        }

        using var timer = new PeriodicTimer(_trimEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            pipeline.TrimMemory();
            GiveBack();
        }
    }

    /// <summary>
    /// Most of what is allocated here is native, so that the collector hardly ever sees a reason to look at old and large objects; pools of
    /// arrays are only trimmed when it does; and what it frees it keeps. In 20 minutes under load that came to 15 MB.
    /// </summary>
    private static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        NativeHeap.Trim();
    }

    private void Load()
    {
        try
        {
            var pipeline = LoadPipeline();
            pipeline.WarmUp();
            WarmUpCodecs();

            // Loading leaves the files' bytes and the parser's copies behind.
            GiveBack();
            _pipeline = pipeline;
            LogReady(logger, pipeline.Models.Count);
        }
        catch (Exception exception)
        {
            // Whatever it is: also a library that is missing or corrupt, or too little memory. The innermost exception tells the cause.
            Failure = exception is ModelLoadException ? exception.Message : exception.GetBaseException().Message.Split('\n')[0].TrimEnd();
            LogFailure(logger, Failure);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    /// <summary>The library of the codecs, which would otherwise be missed by the first caller.</summary>
    private static void WarmUpCodecs()
    {
        using var picture = new Raster(16, 16);
        AnnotationRenderer.Draw(picture, [], minConfidence: 0.5f);
        using var file = ImageEncoder.Encode(picture, OutputFormat.Png);
    }

    /// <summary>Loads with the wished provider. Falling back is done here, so that it is logged and told.</summary>
    private FacePipeline LoadPipeline()
    {
        if (models.Precision == ModelPrecision.Int8 && models.ExecutionProvider == ExecutionProvider.Cpu && !processor.HasByteDotProduct)
        {
            LogInt8WithoutVnni(logger);
        }

        var options = new VisionOptions
        {
            ModelsPath = string.IsNullOrEmpty(models.Path) ? null : models.Path,
            Decode = limits.Decode,
            IntraOpThreads = models.IntraOpThreads,
            Precision = models.Precision,
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

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Precision is Int8, but this processor has no VNNI or other byte dot product: Int8 is no faster than Float here, only less exact")]
    private static partial void LogInt8WithoutVnni(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Falling back to the processor: {Reason}")]
    private static partial void LogFallBack(ILogger logger, string reason);
}
