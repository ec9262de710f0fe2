using System.Globalization;
using System.Net.Sockets;
using MaskApi.Admission;
using MaskApi.Annotations;
using MaskApi.Contracts;
using MaskApi.Detections;
using MaskApi.Fetching;
using MaskApi.Http;
using MaskApi.Info;
using MaskApi.Models;
using MaskApi.Observability;
using MaskApi.OpenApi;
using MaskApi.Problems;
using MaskApi.Security;
using MaskApi.Settings;
using MaskApi.Uploads;
using MaskApi.Vision.Inference;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace MaskApi;

/// <summary>Composes the service and runs it.</summary>
internal static partial class ServiceHost
{
    /// <summary>Where the service listens by default.</summary>
    public const string DefaultUrl = "http://localhost:8080";

    /// <summary>Runs until told to stop.</summary>
    /// <returns>The exit code: 1 if a setting or a model is invalid, which one line explains.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        NativeHeap.ReleaseFreedMemory();
        try
        {
            await using var app = Build(args);
            await StartAsync(app);
            await app.WaitForShutdownAsync();
            return Environment.ExitCode;
        }
        catch (InvalidSettingsException exception)
        {
            foreach (var failure in exception.Failures)
            {
                await Console.Error.WriteLineAsync($"MaskApi cannot start: {failure}");
            }

            return 1;
        }
    }

    private static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception exception) when (
            exception is IOException or SocketException or FormatException or ArgumentException or InvalidOperationException)
        {
            // A port in use or forbidden, an invalid address, a missing certificate: report the server's own words, without the rest.
            throw new InvalidSettingsException([$"ASPNETCORE_URLS: {exception.Message.Split('\n')[0].TrimEnd()}"]);
        }
    }

    /// <summary>The service, ready to run.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = CreateBuilder(args);

        // During development, the page is where the build left it. Once published it lies beside the program, and this does nothing.
        builder.WebHost.UseStaticWebAssets();
        AddListening(builder);
        AddLogging(builder.Services);
        AddServices(builder.Services, builder.Configuration);
        var app = builder.Build();
        if (app.Services.GetRequiredService<LimitOptions>() is { Configured: not null } limits)
        {
            LogLimitsWithinMemory(app.Logger, limits.MaxImageBytes, limits.MaxBatchBytes);
        }

        UsePipeline(app);
        return app;
    }

    private static WebApplicationBuilder CreateBuilder(string[] args)
    {
        try
        {
            return WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = ContentRoot(args) });
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            // No such folder, or a file in it that is not JSON.
            throw new InvalidSettingsException([$"Settings cannot be read: {exception.Message}"]);
        }
    }

    /// <summary>
    /// Where the page and <c>appsettings.json</c> are: beside the program, so it can be started from anywhere; null if configured.
    /// </summary>
    private static string? ContentRoot(string[] args)
    {
        var said = new ConfigurationBuilder()
            .AddEnvironmentVariables("DOTNET_")
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddCommandLine(args)
            .Build()[HostDefaults.ContentRootKey];
        return said is null ? AppContext.BaseDirectory : null;
    }

    private static void AddListening(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if (configuration["urls"] is null && configuration["http_ports"] is null && configuration["https_ports"] is null
            && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.WebHost.ConfigureKestrel(static (context, kestrel) =>
        {
            var limits = kestrel.ApplicationServices.GetRequiredService<LimitOptions>();
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyDrain.MaxBytes(limits);
        });
    }

    private static void AddLogging(IServiceCollection services) => services.AddSerilog(
        static (provider, logging) =>
        {
            var options = provider.GetRequiredService<LogOptions>();
            var warning = options.Level > LogEventLevel.Warning ? options.Level : LogEventLevel.Warning;
            logging.MinimumLevel.Is(options.Level)
                // The framework's own lines contain paths and queries; the request log replaces them.
                .MinimumLevel.Override("Microsoft.AspNetCore", warning)
                // Two lines for each request with a wrong key; the request log has one.
                .MinimumLevel.Override(typeof(ApiKeyAuthentication).FullName!, warning)
                // It would add the stack to the one line that says why the service cannot listen.
                .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
                .Filter.ByExcluding(RequestLog.IsEchoOfLeaving)
                .Enrich.FromLogContext()
                .Enrich.With<RequestLog.WithoutPath>();
            if (options.Format == LogFormat.Json)
            {
                logging.WriteTo.Console(new RenderedCompactJsonFormatter());
            }
            else
            {
                logging.WriteTo.Console(
                    outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj} {RequestId}{NewLine}{Exception}",
                    formatProvider: CultureInfo.InvariantCulture);
            }
        },
        // Several services may run in one process, as in the tests; a static logger would be the last one's.
        preserveStaticLogger: true);

    private static void AddServices(IServiceCollection services, ConfigurationManager configuration)
    {
        var settings = services.AddServiceOptions(configuration);
        Telemetry.AddTo(services, settings.Get<TelemetryOptions>());
        services.AddSecurity(settings);
        services.AddSingleton(TimeProvider.System);
        services.ConfigureHttpJsonOptions(static json =>
            MaskApiJson.Configure(json.SerializerOptions).TypeInfoResolverChain.Insert(0, MaskApiJson.Default));
        services.AddSingleton<AdmissionGate>();
        services.AddSingleton<UploadBudget>();
        services.AddSingleton<AddressGuard>();
        services.AddSingleton(static provider => GuardedHandler.Create(provider.GetRequiredService<AddressGuard>()));
        services.AddSingleton<RemotePictures>();
        services.AddSingleton<PictureReader>();
        services.AddSingleton<PictureWorker>();
        services.AddSingleton<DetectionService>();
        services.AddSingleton<AnnotationService>();
        services.AddSingleton<AnnotationLinks>();
        services.AddSingleton<IAnnotationStore>(static provider =>
            string.IsNullOrEmpty(provider.GetRequiredService<AnnotationOptions>().Redis)
                ? ActivatorUtilities.CreateInstance<MemoryAnnotationStore>(provider)
                : ActivatorUtilities.CreateInstance<RedisAnnotationStore>(provider));
        if (!string.IsNullOrEmpty(settings.Get<AnnotationOptions>().Redis))
        {
            services.AddHostedService(static provider => (RedisAnnotationStore)provider.GetRequiredService<IAnnotationStore>());
        }

        services.AddSingleton<ModelHost>();
        services.AddHostedService(static provider => provider.GetRequiredService<ModelHost>());
        services.AddHostedService<MemoryTrimmer>();
        services.AddSingleton<Drain>();
        services.AddHostedService(static provider => provider.GetRequiredService<Drain>());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Get<LifecycleOptions>().ShutdownTimeout);
        services.AddOpenApiDocument();
    }

    private static void UsePipeline(WebApplication app)
    {
        KeepThreadsForInput(app.Services.GetRequiredService<AdmissionOptions>());
        app.UseTrustedProxies();
        app.UseMiddleware<RequestIdMiddleware>();
        app.UseSerilogRequestLogging(options =>
        {
            options.Logger = app.Services.GetRequiredService<Serilog.ILogger>();
            RequestLog.Configure(options);
        });
        app.UseMiddleware<TelemetryMiddleware>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UsePage();
        app.UseOpenApiDocument();
        app.UseHeadRequests();
        app.UseRouting();
        app.UseAllowedOrigins();
        app.Use(app.Services.GetRequiredService<Drain>().InvokeAsync);
        app.UseApiKeys();
        app.UseRateLimit();
        var api = app.MapGroup("/v1").AddEndpointFilter(QueryReader.RequireValidAsync);
        api.MapDetections();
        api.MapAnnotations();
        api.MapInfo();
        app.MapHealth();
        app.MapMetrics();
    }

    /// <summary>
    /// Work on pictures occupies as many pool threads as there are places. The pool starts with one per core and would add threads for
    /// reading requests and answering health checks only one by one.
    /// </summary>
    private static void KeepThreadsForInput(AdmissionOptions admission)
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(workers + admission.Places, completions);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Memory is short: a picture may have {ImageBytes} bytes and a batch {BatchBytes}, less than is configured")]
    private static partial void LogLimitsWithinMemory(Microsoft.Extensions.Logging.ILogger logger, int imageBytes, long batchBytes);
}
