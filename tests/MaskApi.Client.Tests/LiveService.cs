using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace MaskApi.Testing;

/// <summary>The whole service on a port of its own, with the models of the repository.</summary>
public class LiveService : WebApplicationFactory<Program>, IAsyncLifetime
{
    private readonly (string Name, string Value)[] _settings;

    public LiveService()
        : this([])
    {
    }

    internal LiveService(params (string Name, string Value)[] settings)
    {
        _settings = settings;
        UseKestrel();
    }

    /// <summary>Where it listens.</summary>
    internal Uri Address { get; private set; } = null!;

    /// <summary>Starts the service and waits until its models are loaded.</summary>
    public async ValueTask InitializeAsync()
    {
        StartServer();
        Address = new Uri($"http://127.0.0.1:{ClientOptions.BaseAddress.Port}/");
        using var http = new HttpClient { BaseAddress = Address };
        var patience = TimeSpan.FromMinutes(2);
        using var limit = new CancellationTokenSource(patience);
        HttpStatusCode status;
        while ((status = (await http.GetAsync("health/ready", limit.Token)).StatusCode) == HttpStatusCode.ServiceUnavailable)
        {
            await Task.Delay(50, limit.Token);
        }

        Assert.Equal(HttpStatusCode.OK, status);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        // Not by UseKestrel(0), which sets the port when the program, on a thread of its own, may have started to listen: a race.
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }
    }
}
