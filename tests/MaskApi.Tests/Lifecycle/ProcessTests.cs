using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MaskApi.Tests.Lifecycle;

/// <summary>Start and stop of the service as a real process.</summary>
[Trait("Category", "Slow")]
public sealed class ProcessTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private static readonly string _models = Path.Combine(AppContext.BaseDirectory, "models");

    [Fact]
    public async Task A_bad_setting_aborts_the_start_with_one_line_that_names_it()
    {
        await using var process = ServiceProcess.Start(("MaskApi:Limits:MinSide", "0"));
        Assert.Equal(1, await process.ExitAsync());
        var line = Assert.Single(process.Lines);
        Assert.Equal("MaskApi cannot start: MaskApi:Limits:MinSide must be between 1 and 4096 but is 0.", line);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}", "in use")]
    [InlineData("127.0.0.1:{0}", "127.0.0.1")]
    [InlineData("https://127.0.0.1:0", "certificate")]
    public async Task An_unusable_listen_address_aborts_the_start_with_one_line(string address, string why)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var process = ServiceProcess.Start(("urls", string.Format(CultureInfo.InvariantCulture, address, port)));
        Assert.Equal(1, await process.ExitAsync());
        var line = Assert.Single(process.Lines);
        Assert.StartsWith("MaskApi cannot start: ASPNETCORE_URLS: ", line, StringComparison.Ordinal);
        Assert.Contains(why, line, StringComparison.Ordinal);
    }

    /// <summary>The verb finds the service of the same container through the same environment variables.</summary>
    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://*:1;http://*:2", "http://localhost:1/")]
    [InlineData("ASPNETCORE_URLS", "http://+:1", "http://localhost:1/")]
    [InlineData("ASPNETCORE_URLS", "http://0.0.0.0:1", "http://localhost:1/")]
    [InlineData("ASPNETCORE_URLS", "http://[::]:1", "http://localhost:1/")]
    [InlineData("DOTNET_URLS", "http://127.0.0.1:1", "http://127.0.0.1:1/")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "1;2", "http://localhost:1/")]
    public async Task The_health_verb_probes_the_address_in_the_environment(string variable, string value, string expected)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MaskApi.dll"), "health"])
        {
            RedirectStandardOutput = true,
            Environment = { [variable] = value },
        };
        using var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadToEndAsync(_token);
        await process.WaitForExitAsync(_token);
        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith($"{expected}health/ready: ", line, StringComparison.Ordinal);
    }

    /// <summary>As in a container of 256 MB, of which .NET takes three quarters.</summary>
    [Fact]
    public async Task With_little_memory_a_batch_that_could_never_be_held_is_too_large()
    {
        await using var process = ServiceProcess.StartFrom(
            AppContext.BaseDirectory, AppContext.BaseDirectory, [("DOTNET_GCHeapHardLimit", "0xC000000")], []);
        using var client = await process.ReadyAsync();
        Assert.Contains(process.Lines, static line => line.Contains("Memory is short", StringComparison.Ordinal));
        using var form = new MultipartFormDataContent();
        for (var i = 0; i < 5; i++)
        {
            form.Add(new ByteArrayContent(new byte[19_000_000]), "images", "a.jpg");
        }

        using var response = await client.PostAsync("/v1/detections/batch", form, _token);
        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "batch_too_large");
    }

    [Fact]
    public async Task Unreadable_settings_abort_the_start_with_one_line()
    {
        var folder = Directory.CreateTempSubdirectory("maskapi-settings");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), "{ \"MaskApi\": ", _token);
            await using var process = ServiceProcess.Start(("contentRoot", folder.FullName));
            Assert.Equal(1, await process.ExitAsync());
            Assert.Contains("appsettings.json", Assert.Single(process.Lines), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Started_from_any_folder_it_finds_its_page_and_settings()
    {
        // Next to the program, but read only in this environment.
        var settings = Path.Combine(AppContext.BaseDirectory, "appsettings.Elsewhere.json");
        var folder = Directory.CreateTempSubdirectory("maskapi-elsewhere");
        try
        {
            await File.WriteAllTextAsync(settings, """{"MaskApi": {"Limits": {"MinSide": 123}}}""", _token);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), "not even JSON", _token);
            await using var process = ServiceProcess.StartIn(folder.FullName, ("environment", "Elsewhere"));
            using var client = await process.ReadyAsync();
            using var page = await client.GetAsync("/", _token);
            Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
            using var script = await client.GetAsync("/js/app.js", _token);
            Assert.Equal(HttpStatusCode.OK, script.StatusCode);
            using var info = await client.GetAsync("/v1/info", _token);
            Assert.Equal(123, (await info.JsonAsync()).GetProperty("limits").GetProperty("minSide").GetInt32());
        }
        finally
        {
            File.Delete(settings);
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_settings_folder_can_be_set()
    {
        var folder = Directory.CreateTempSubdirectory("maskapi-settings");
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "appsettings.json"), """{"MaskApi": {"Limits": {"MinSide": 0}}}""", _token);
            await using var process = ServiceProcess.Start(("contentRoot", folder.FullName));
            Assert.Equal(1, await process.ExitAsync());
            Assert.Contains("MinSide", Assert.Single(process.Lines), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Arrays would land on the large object heap, where hundreds of megabytes can pile up before a collection.</summary>
    [Fact]
    public async Task Annotated_pictures_do_not_allocate_managed_memory()
    {
        const int requests = 20;
        await using var process = ServiceProcess.Start();
        using var client = await process.ReadyAsync();
        await SendAsync("/v1/annotations?format=png");
        var (toFind, _) = await AllocatedForAsync("/v1/detections");
        var (toAnnotate, sent) = await AllocatedForAsync("/v1/annotations?format=png");
        Assert.True(
            toAnnotate - toFind < sent / 2,
            $"{toFind / requests:0} bytes allocated to find, {toAnnotate / requests:0} to annotate, {sent / requests} sent");

        async Task<(double Allocated, long Sent)> AllocatedForAsync(string path)
        {
            var (before, bytes) = (await AllocatedAsync(), 0L);
            for (var i = 0; i < requests; i++)
            {
                bytes += await SendAsync(path);
            }

            return (await AllocatedAsync() - before, bytes);
        }

        async Task<long> SendAsync(string path)
        {
            using var response = await client.PostAsync(path, Http.Raw(Pictures.Astronaut), _token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return (await response.Content.ReadAsByteArrayAsync(_token)).Length;
        }

        async Task<double> AllocatedAsync()
        {
            const string name = "dotnet_gc_heap_total_allocated_bytes_total";
            var metrics = await client.GetStringAsync("/metrics", _token);
            var line = metrics.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal));
            return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
        }
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("corrupt")]
    [InlineData("wrong shape")]
    public async Task An_unusable_model_aborts_the_start_with_one_line_that_names_it(string fault)
    {
        var folder = Directory.CreateTempSubdirectory("maskapi-models");
        try
        {
            foreach (var file in Directory.GetFiles(_models, "*.onnx"))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            var classifier = Path.Combine(folder.FullName, "mask_classifier.onnx");
            switch (fault)
            {
                case "missing":
                    File.Delete(classifier);
                    break;
                case "corrupt":
                    await File.WriteAllBytesAsync(classifier, File.ReadAllBytes(classifier)[..1000], _token);
                    break;
                default:
                    File.Copy(Path.Combine(_models, "blaze_face_tuned.onnx"), classifier, overwrite: true);
                    break;
            }

            await using var process = ServiceProcess.Start(("MaskApi:Models:Path", folder.FullName));
            Assert.Equal(1, await process.ExitAsync());
            var line = Assert.Single(process.Lines, static line => line.Contains(" FTL ", StringComparison.Ordinal));
            Assert.Contains("mask_classifier.onnx", line, StringComparison.Ordinal);
            Assert.DoesNotContain(process.Lines, static line => line.StartsWith("   at ", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("libonnxruntime.so", null)]
    [InlineData("libonnxruntime.so", "not a library")]
    [InlineData("libSkiaSharp.so", null)]
    public async Task A_library_that_cannot_be_loaded_aborts_the_start_with_one_line(string library, string? content)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The libraries are named as they are on Linux.");
        var folder = Directory.CreateTempSubdirectory("maskapi-program");
        try
        {
            CopyWithLinks(new DirectoryInfo(AppContext.BaseDirectory), folder);
            foreach (var file in folder.GetFiles(library, SearchOption.AllDirectories))
            {
                file.Delete();
                if (content is not null)
                {
                    await File.WriteAllTextAsync(file.FullName, content, _token);
                }
            }

            await using var process = ServiceProcess.StartFrom(folder.FullName, folder.FullName, []);
            Assert.Equal(1, await process.ExitAsync());
            var line = Assert.Single(process.Lines, static line => line.Contains(" FTL ", StringComparison.Ordinal));
            Assert.Contains(Path.GetFileNameWithoutExtension(library)[3..], line, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(process.Lines, static line => line.StartsWith("   at ", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        // The program's own files are copied, because the runtime looks for libraries next to a link's target; the rest are links.
        static void CopyWithLinks(DirectoryInfo from, DirectoryInfo to)
        {
            foreach (var file in from.GetFiles())
            {
                var copy = Path.Combine(to.FullName, file.Name);
                if (file.Name.StartsWith("MaskApi.", StringComparison.Ordinal))
                {
                    file.CopyTo(copy);
                }
                else
                {
                    File.CreateSymbolicLink(copy, file.FullName);
                }
            }

            foreach (var inner in from.GetDirectories())
            {
                CopyWithLinks(inner, to.CreateSubdirectory(inner.Name));
            }
        }
    }

    [Fact]
    public async Task A_custom_classifier_is_used_and_reported()
    {
        var folder = Directory.CreateTempSubdirectory("maskapi-models");
        try
        {
            foreach (var file in Directory.GetFiles(_models, "*.onnx"))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            // One more metadata entry makes a different file of the same network: field 14 of ModelProto, key and value.
            var classifier = Path.Combine(folder.FullName, "mask_classifier.onnx");
            await File.AppendAllBytesAsync(classifier, [0x72, 15, 0x0a, 7, .. "trainer"u8, 0x12, 4, .. "mine"u8], _token);

            await using var service = await Service.StartAsync(("MaskApi:Models:Path", folder.FullName));
            using var client = service.CreateClient();
            using var response = await client.GetAsync("/v1/info", _token);
            var model = (await response.JsonAsync()).GetProperty("models").EnumerateArray()
                .Single(static model => model.GetProperty("name").GetString() == "mask_classifier");
            Assert.Equal("mine", model.GetProperty("metadata").GetProperty("trainer").GetString());
            Assert.Equal(
                Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(classifier, _token))),
                model.GetProperty("sha256").GetString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_unavailable_provider_aborts_the_start_or_falls_back()
    {
        await using var process = ServiceProcess.Start(("MaskApi:Models:ExecutionProvider", "cuda"));
        Assert.Equal(1, await process.ExitAsync());
        Assert.Contains(
            process.Lines,
            static line => line.Contains(" FTL ", StringComparison.Ordinal) && line.Contains("cuda", StringComparison.OrdinalIgnoreCase));

        await using var service = await Service.StartAsync(
            ("MaskApi:Models:ExecutionProvider", "cuda"), ("MaskApi:Models:FallBackToCpu", "true"));
        using var client = service.CreateClient();
        using var response = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var info = await client.GetAsync("/v1/info", _token);
        Assert.Equal("cpu", (await info.JsonAsync()).GetProperty("executionProvider").GetString());
    }

    [Fact]
    public async Task Until_the_models_are_loaded_the_service_is_live_but_not_ready()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A named pipe delays loading, which needs mkfifo.");
        var folder = Directory.CreateTempSubdirectory("maskapi-models");
        try
        {
            foreach (var file in Directory.GetFiles(_models, "blaze*.onnx"))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            var pipe = Path.Combine(folder.FullName, "mask_classifier.onnx");
            using (var mkfifo = Process.Start("mkfifo", [pipe]))
            {
                await mkfifo.WaitForExitAsync(_token);
            }

            await using var service = new Service([KeyValuePair.Create("MaskApi:Models:Path", (string?)folder.FullName)]);
            using var client = service.CreateClient();
            using var live = await client.GetAsync("/health/live", _token);
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
            using var ready = await client.GetAsync("/health/ready", _token);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            using var refused = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
            await refused.ProblemAsync(HttpStatusCode.ServiceUnavailable, "not_ready");
            Assert.NotNull(refused.Headers.RetryAfter);

            var classifier = await File.ReadAllBytesAsync(Path.Combine(_models, "mask_classifier.onnx"), _token);
            await File.WriteAllBytesAsync(pipe, classifier, _token);
            await service.ReadyAsync();
            using var served = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
            Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Sigterm_finishes_accepted_requests_and_refuses_the_rest()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGTERM.");
        await using var process = ServiceProcess.Start(("MaskApi:Lifecycle:DrainDelay", "00:00:05"));
        using var client = await process.ReadyAsync();

        // A request that is half sent when the signal arrives counts as accepted.
        using var accepted = new TcpClient();
        await accepted.ConnectAsync(IPAddress.Loopback, client.BaseAddress!.Port, _token);
        var stream = accepted.GetStream();
        var headers = $"POST /v1/detections HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Pictures.Astronaut.Length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(headers), _token);
        await stream.WriteAsync(Pictures.Astronaut.AsMemory(0, 1000), _token);
        await BodyStartedAsync(client);

        var terminated = Stopwatch.StartNew();
        process.Terminate();
        HttpResponseMessage? refused = null;
        while (refused is null or { IsSuccessStatusCode: true })
        {
            refused = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        }

        await refused.ProblemAsync(HttpStatusCode.ServiceUnavailable, "draining");
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.True(refused.Headers.ConnectionClose);
        Assert.NotNull(refused.Headers.RetryAfter);
        using var ready = await client.GetAsync("/health/ready", _token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        using var live = await client.GetAsync("/health/live", _token);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);

        await stream.WriteAsync(Pictures.Astronaut.AsMemory(1000), _token);
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(_token));
        Assert.Contains("Connection: close", await reader.ReadToEndAsync(_token), StringComparison.Ordinal);

        Assert.Equal(0, await process.ExitAsync());
        Assert.InRange(terminated.Elapsed.TotalSeconds, 4.9, 45);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/health/live", _token));
    }

    /// <summary>A slow body that would keep sending for a minute.</summary>
    [Fact]
    public async Task Unfinished_work_delays_the_exit_no_longer_than_the_shutdown_timeout()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGTERM.");
        await using var process = ServiceProcess.Start(
            ("MaskApi:Lifecycle:DrainDelay", "00:00:00"), ("MaskApi:Lifecycle:ShutdownTimeout", "00:00:02"));
        using var client = await process.ReadyAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, client.BaseAddress!.Port, _token);
        var stream = socket.GetStream();
        await stream.WriteAsync("POST /v1/detections HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n"u8.ToArray(), _token);
        var sending = KeepSendingAsync();
        await BodyStartedAsync(client);

        var terminated = Stopwatch.StartNew();
        process.Terminate();
        await process.ExitAsync();
        Assert.InRange(terminated.Elapsed.TotalSeconds, 1.9, 20);
        await sending;

        async Task KeepSendingAsync()
        {
            try
            {
                while (true)
                {
                    await stream.WriteAsync(new byte[500], _token);
                    await Task.Delay(100, _token);
                }
            }
            catch (IOException)
            {
                // The process has ended.
            }
        }
    }

    /// <summary>Waits until the service has begun to read a body.</summary>
    private static async Task BodyStartedAsync(HttpClient client)
    {
        const string gauge = "maskapi_uploads_bytes";
        string metrics;
        do
        {
            metrics = await client.GetStringAsync("/metrics", _token);
        }
        while (!metrics.Split('\n').Any(static line => line.StartsWith(gauge, StringComparison.Ordinal) && line.Split(' ')[1] is not "0"));
    }

    /// <summary>Each of the two models has its own threads, one of which is the caller's.</summary>
    [Fact]
    public async Task Models_run_on_the_configured_number_of_threads()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Threads are counted in /proc.");
        await using var process = ServiceProcess.Start(("MaskApi:Models:IntraOpThreads", "64"));
        using var client = await process.ReadyAsync();
        Assert.True(Directory.GetDirectories($"/proc/{process.Id}/task").Length > 2 * 63);
    }
}
