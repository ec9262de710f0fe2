using System.Collections.Concurrent;
using System.Net;

namespace MaskApi.Tests.Lifecycle;

/// <summary>The service never writes to a disk, even with every option enabled that could cause it to.</summary>
public sealed class NothingWrittenTests
{
    private const string Key = "a-key-0123456789abcdef";
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task No_file_is_created_changed_or_removed_with_every_option_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Folders are named by HOME and TMPDIR.");
        var folder = Directory.CreateTempSubdirectory("maskapi-watched");
        try
        {
            var home = folder.CreateSubdirectory("home").FullName;
            var temporary = folder.CreateSubdirectory("tmp").FullName;
            var work = folder.CreateSubdirectory("work").FullName;
            var keys = Path.Combine(folder.CreateSubdirectory("secret").FullName, "keys");
            await File.WriteAllTextAsync(keys, Key, _token);

            var changes = new ConcurrentQueue<string>();
            using var watcher = Watch(folder.FullName, changes);
            (string, string?)[] environment =
            [
                ("HOME", home), ("TMPDIR", temporary), ("XDG_DATA_HOME", null), ("XDG_CACHE_HOME", null), ("XDG_CONFIG_HOME", null),

                // Disabled in the container too: the runtime's sockets for debuggers and profilers.
                ("DOTNET_EnableDiagnostics", "0"),
            ];
            (string, string)[] settings =
            [
                ("MaskApi:Keys:Values:0", Key + "-too"),
                ("MaskApi:Keys:File", keys),
                ("MaskApi:RateLimit:RequestsPerMinute", "100000"),
                ("MaskApi:Cors:AllowedOrigins:0", "https://app.example.com"),
                ("MaskApi:Proxies:Trusted:0", "127.0.0.1"),
                ("MaskApi:Remote:Enabled", "true"),
                ("MaskApi:Telemetry:OtlpEndpoint", "http://127.0.0.1:9"),
                ("MaskApi:Telemetry:TraceRatio", "1"),
                ("MaskApi:Annotations:PublicBaseUrl", "https://masks.example.com"),
                ("MaskApi:Log:Format", "json"),
                ("MaskApi:Log:Level", "Debug"),
                ("MaskApi:Lifecycle:DrainDelay", "00:00:00"),
            ];
            await using var process = ServiceProcess.StartFrom(AppContext.BaseDirectory, work, environment, settings);
            using var client = await process.ReadyAsync();
            client.DefaultRequestHeaders.Add("X-API-Key", Key);
            client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.1");
            foreach (var path in new[] { "/", "/metrics", "/v1/info", "/swagger/index.html", "/swagger/v1/swagger.json" })
            {
                using var response = await client.GetAsync(path, _token);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }

            // Five megabytes: above 64 KB, the framework's own form reader would use a file.
            var large = new byte[5_000_000];
            Pictures.Astronaut.CopyTo(large, 0);
            foreach (var (path, content) in new (string, HttpContent)[]
            {
                ("/v1/detections", Http.Form(large)),
                ("/v1/detections", Http.Base64(large)),
                ("/v1/detections/batch", Http.Form(large, "images")),
                ("/v1/annotations", Http.Raw(large)),
            })
            {
                using var response = await client.PostAsync(path, content, _token);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }

            using var detected = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
            var link = new Uri((await detected.JsonAsync()).GetProperty("annotatedImageUrl").GetString()!);
            using var annotated = await client.GetAsync(link.AbsolutePath, _token);
            Assert.Equal(HttpStatusCode.OK, annotated.StatusCode);
            using var refused = await client.PostAsync("/v1/detections", Http.Raw("text"u8.ToArray()), _token);
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);

            process.Terminate();
            Assert.Equal(0, await process.ExitAsync());
            Assert.Empty(Directory.EnumerateFileSystemEntries(home, "*", SearchOption.AllDirectories));
            Assert.Empty(Directory.EnumerateFileSystemEntries(temporary, "*", SearchOption.AllDirectories));
            Assert.Empty(Directory.EnumerateFileSystemEntries(work, "*", SearchOption.AllDirectories));

            // Events arrive in order: once this one is here, so are all that the process caused.
            var last = Path.Combine(folder.FullName, "last");
            await File.WriteAllTextAsync(last, "", _token);
            while (!changes.Contains(last))
            {
                await Task.Delay(5, _token);
            }

            Assert.DoesNotContain(changes, change => change != last);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static FileSystemWatcher Watch(string folder, ConcurrentQueue<string> changes)
    {
        var watcher = new FileSystemWatcher(folder)
        {
            IncludeSubdirectories = true,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        watcher.Created += (_, change) => changes.Enqueue(change.FullPath);
        watcher.Changed += (_, change) => changes.Enqueue(change.FullPath);
        watcher.Deleted += (_, change) => changes.Enqueue(change.FullPath);
        watcher.Renamed += (_, change) => changes.Enqueue(change.FullPath);
        watcher.Error += (_, error) => changes.Enqueue(error.GetException().Message);
        watcher.EnableRaisingEvents = true;
        return watcher;
    }
}
