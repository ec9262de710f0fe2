namespace MaskApi.Info;

/// <summary>The verb <c>health</c>: asks the service on this machine whether it is ready, for containers without a shell.</summary>
internal static class HealthProbe
{
    /// <summary>Asks once.</summary>
    /// <param name="baseAddress">Where the service listens; null for the address in this process's configuration.</param>
    /// <param name="output">Receives one line with the outcome.</param>
    /// <returns>The exit code: 0 when ready, 1 when not.</returns>
    public static async Task<int> RunAsync(string? baseAddress, TextWriter output)
    {
        var service = baseAddress ?? LocalAddress();
        if (!Uri.TryCreate(service, UriKind.Absolute, out var root) || root.Scheme is not ("http" or "https"))
        {
            await output.WriteLineAsync($"{service} is not an http or https URL.");
            return 1;
        }

        var address = new Uri(root, "/health/ready");
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var response = await client.GetAsync(address);
            await output.WriteLineAsync($"{address}: {(int)response.StatusCode}");
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            await output.WriteLineAsync($"{address}: {exception.Message}");
            return 1;
        }
    }

    private static string LocalAddress()
    {
        var configuration = new ConfigurationBuilder()
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables("DOTNET_")
            .Build();
        var url = configuration["URLS"]?.Split(';')[0];
        if (string.IsNullOrEmpty(url))
        {
            var port = configuration["HTTP_PORTS"]?.Split(';')[0];
            return string.IsNullOrEmpty(port) ? ServiceHost.DefaultUrl : $"http://localhost:{port}";
        }

        // Addresses that mean "every interface" cannot be called.
        return url.Replace("*", "localhost", StringComparison.Ordinal)
            .Replace("+", "localhost", StringComparison.Ordinal)
            .Replace("0.0.0.0", "localhost", StringComparison.Ordinal)
            .Replace("[::]", "localhost", StringComparison.Ordinal);
    }
}
