using MaskApi.Models;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace MaskApi.Tests;

/// <summary>The whole service in this process, with the repository's models and custom settings.</summary>
public class Service : WebApplicationFactory<Program>
{
    private readonly Dictionary<string, string?> _settings = [];
    private readonly Action<IServiceCollection>? _services;

    public Service()
    {
    }

    internal Service(IEnumerable<KeyValuePair<string, string?>> settings, Action<IServiceCollection>? services = null)
    {
        _settings = new Dictionary<string, string?>(settings);
        _services = services;
    }

    /// <summary>Starts a service with custom settings and waits until it is ready.</summary>
    internal static async Task<Service> StartAsync(params (string Name, string? Value)[] settings)
    {
        var service = new Service(settings.Select(static pair => KeyValuePair.Create(pair.Name, pair.Value)));
        await service.ReadyAsync();
        return service;
    }

    /// <summary>Starts the service on a free local port behind a real server, and waits until its models are loaded.</summary>
    internal Task ListenAsync()
    {
        UseKestrel();
        StartServer();
        return ReadyAsync();
    }

    /// <summary>Waits until the models are loaded.</summary>
    internal async Task ReadyAsync()
    {
        var host = Services.GetRequiredService<ModelHost>();
        while (!host.IsLoaded)
        {
            Assert.Null(host.Failure);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");

        // Not UseKestrel(0): it sets the port when the program, on its own thread, may already be listening.
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");

        // Tests stop services often and have no load balancer to wait for.
        builder.UseSetting("MaskApi:Lifecycle:DrainDelay", "00:00:00");
        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }

        if (_services is not null)
        {
            builder.ConfigureServices(_services);
        }
    }
}

/// <summary>
/// The service with its defaults, shared by the tests that do not change its state. Many tests use it at once on a possibly
/// busy machine, so its queue timeout is longer.
/// </summary>
public sealed class SharedService : Service, IAsyncLifetime
{
    public SharedService() : base([KeyValuePair.Create("MaskApi:Admission:QueueTimeout", (string?)"00:02:00")])
    {
    }

    public async ValueTask InitializeAsync() => await ReadyAsync();
}
