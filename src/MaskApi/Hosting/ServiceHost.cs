using MaskApi.Annotations;
using MaskApi.Contracts;
using MaskApi.Endpoints;
using MaskApi.Hosting.Options;
using MaskApi.Problems;
using MaskApi.Uploads;
using Serilog;
using Serilog.Events;

namespace MaskApi.Hosting;

/// <summary>Puts the service together and runs it.</summary>
internal static class ServiceHost
{
    /// <summary>Where the service listens when nothing else is configured.</summary>
    public const string DefaultUrl = "http://localhost:8080";

    /// <summary>Room for form boundaries and JSON around the largest bodies; the endpoints' own limits are exact.</summary>
    private const long BodyOverhead = 1024 * 1024;

    /// <summary>Runs until told to stop.</summary>
    /// <returns>The exit code: 1 when a setting or a model is wrong, which one line explains.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await using var app = Build(args);
            await app.RunAsync();
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

    /// <summary>The service, ready to run.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        AddListening(builder);
        AddLogging(builder.Services);
        AddServices(builder.Services, builder.Configuration);
        var app = builder.Build();
        UsePipeline(app);
        return app;
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
            kestrel.Limits.MaxRequestBodySize =
                Math.Max(JsonBody.MaxBytes(limits.MaxImageBytes), limits.MaxBatchBytes) + BodyOverhead;
        });
    }

    private static void AddLogging(IServiceCollection services) => services.AddSerilog(static logging => logging
        .MinimumLevel.Information()
        // The framework's own lines name paths and queries; the request log replaces them.
        .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
        .Enrich.FromLogContext()
        .WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj} {RequestId}{NewLine}{Exception}", formatProvider: null));

    private static void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddServiceOptions(configuration);
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
        services.AddSingleton<DetectionEndpoints.Detector>();
        services.AddSingleton<AnnotationEndpoints.Annotator>();
        services.AddSingleton<AnnotationLinks>();
        services.AddSingleton<IAnnotationStore>(static provider =>
            string.IsNullOrEmpty(provider.GetRequiredService<AnnotationOptions>().Redis)
                ? ActivatorUtilities.CreateInstance<MemoryAnnotationStore>(provider)
                : ActivatorUtilities.CreateInstance<RedisAnnotationStore>(provider));
        services.AddSingleton<ModelHost>();
        services.AddHostedService(static provider => provider.GetRequiredService<ModelHost>());
        services.AddOpenApiDocument();
    }

    private static void UsePipeline(WebApplication app)
    {
        app.UseMiddleware<RequestIdMiddleware>();
        app.UseSerilogRequestLogging(RequestLog.Configure);
        app.UseMiddleware<ProblemMiddleware>();
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.UseOpenApiDocument();
        app.UseRouting();
        var api = app.MapGroup("/v1");
        api.MapDetections();
        api.MapAnnotations();
        api.MapInfo();
        app.MapHealth();
    }
}
