using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace MaskApi.Testing;

/// <summary>The whole service on its own port, with the repository's models.</summary>
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

    /// <summary>Base address of the service.</summary>
    internal Uri Address { get; private set; } = null!;

    /// <summary>Starts the service and waits until its models are loaded.</summary>
    public async ValueTask InitializeAsync()
    {
        StartServer();
        Address = new Uri($"http://127.0.0.1:{ClientOptions.BaseAddress.Port}/");
        using var http = new HttpClient { BaseAddress = Address };
        var timeout = TimeSpan.FromMinutes(2);
        using var limit = new CancellationTokenSource(timeout);
        HttpStatusCode status;
        while ((status = (await http.GetAsync("health/ready", limit.Token)).StatusCode) == HttpStatusCode.ServiceUnavailable)
        {
            await Task.Delay(50, limit.Token);
        }

        Assert.Equal(HttpStatusCode.OK, status);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        // Not UseKestrel(0): it sets the port when the program, on its own thread, may already be listening.
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }
    }
}
