using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using MaskApi.Training.Data.Sources;
using MaskApi.Training.Network;

namespace MaskApi.Training.Tests;

public sealed class FetchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly LoopbackServer _server = new();
    private readonly HttpClient _client = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Files_are_verified_and_not_fetched_twice()
    {
        var (a, b) = (Bytes(100_000, 1), Bytes(3_000, 2));
        _server.Files["/set/a.bin"] = a;
        _server.Files["/set/b.bin"] = b;
        var source = Source(File("a.bin", a), File("b.bin", b));
        var fetcher = new SourceFetcher(new Downloader(_client));
        var arrived = new Sum();
        Assert.Contains("2 files", await fetcher.FetchAsync(source, _folder, arrived, Token), StringComparison.Ordinal);
        Assert.Equal(a, await System.IO.File.ReadAllBytesAsync(Path.Combine(_folder, "a.bin"), Token));
        Assert.Equal(103_000, arrived.Total);
        Assert.Empty(Directory.GetFiles(_folder, "*.partial"));

        var requests = _server.Requests.Count;
        await fetcher.FetchAsync(source, _folder, null, Token);
        Assert.Equal(requests, _server.Requests.Count);

        // A file that was corrupted later is fetched again.
        await System.IO.File.WriteAllBytesAsync(Path.Combine(_folder, "b.bin"), Bytes(3_000, 9), Token);
        await fetcher.FetchAsync(source, _folder, null, Token);
        Assert.Equal(b, await System.IO.File.ReadAllBytesAsync(Path.Combine(_folder, "b.bin"), Token));
    }

    [Fact]
    public async Task A_broken_download_resumes()
    {
        var a = Bytes(400_000, 3);
        _server.Files["/set/a.bin"] = a;
        _server.BreakAfter = 150_000;
        var path = Path.Combine(_folder, "a.bin");
        await new Downloader(_client).DownloadAsync(new Uri(_server.Address, "set/a.bin"), path, a.Length, Hash(a), null, Token);
        Assert.Equal(a, await System.IO.File.ReadAllBytesAsync(path, Token));
        Assert.True(_server.Requests.Count >= 2);
        Assert.StartsWith("bytes=", _server.Requests.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_ranges_sends_the_whole_file_again()
    {
        var a = Bytes(50_000, 4);
        _server.Files["/set/a.bin"] = a;
        _server.Ranges = false;
        var path = Path.Combine(_folder, "a.bin");
        await System.IO.File.WriteAllBytesAsync(path + ".partial", a[..20_000], Token);
        await new Downloader(_client).DownloadAsync(new Uri(_server.Address, "set/a.bin"), path, a.Length, Hash(a), null, Token);
        Assert.Equal(a, await System.IO.File.ReadAllBytesAsync(path, Token));
    }

    [Fact]
    public async Task Unexpected_content_is_discarded_and_named()
    {
        var a = Bytes(5_000, 5);
        _server.Files["/set/a.bin"] = Bytes(5_000, 6);
        var path = Path.Combine(_folder, "a.bin");
        var error = await Assert.ThrowsAsync<InvalidDataException>(
            () => new Downloader(_client).DownloadAsync(new Uri(_server.Address, "set/a.bin"), path, a.Length, Hash(a), null, Token));
        Assert.Contains(Hash(a), error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
        await Assert.ThrowsAsync<HttpRequestException>(
            () => new Downloader(_client).DownloadAsync(new Uri(_server.Address, "set/none.bin"), path, null, null, null, Token));
    }

    [Fact]
    public async Task Only_an_archives_class_folders_are_unpacked()
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            string[] names =
            [
                "top/data/with_mask/1.jpg", "top/data/with_mask/2.jpg", "top/data/without_mask/../../../../escape.jpg",
                "top/data/without_mask/3.jpg", "top/README.md", "top/other/with_mask/4.jpg",
            ];
            foreach (var name in names)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Bytes(10, name.Length));
            }
        }

        _server.Files["/set.zip"] = memory.ToArray();
        var source = new PublicSource(
            "set", "a set", "any", _server.Address, null, null, new SourceArchive(new Uri(_server.Address, "set.zip"), "data"));
        var result = await new SourceFetcher(new Downloader(_client)).FetchAsync(source, _folder, null, Token);
        Assert.StartsWith("2 pictures with a mask, 2 without", result, StringComparison.Ordinal);
        Assert.Equal(["archive.zip", "with_mask/1.jpg", "with_mask/2.jpg", "without_mask/3.jpg", "without_mask/escape.jpg"],
            Directory.GetFiles(_folder, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(_folder, f))
                .Order(StringComparer.Ordinal));

        var empty = source with { Archive = new SourceArchive(new Uri(_server.Address, "set.zip"), "elsewhere") };
        await Assert.ThrowsAsync<InvalidDataException>(
            () => new SourceFetcher(new Downloader(_client)).FetchAsync(empty, _folder, null, Token));
    }

    [Fact]
    public async Task A_backbone_from_a_mirror_equals_the_original()
    {
        var original = Repository.Shared("backbone", "mobilenetv2_1.0_224");
        Assert.SkipWhen(original is null, "The ImageNet backbone is missing (../shared/backbone).");
        var listed = PublicSource.All.Single(s => s.Name == "backbone");
        foreach (var file in listed.Files!)
        {
            _server.Files["/set/" + file.Path] = await System.IO.File.ReadAllBytesAsync(Path.Combine(original!, file.Path), Token);
        }

        await new SourceFetcher(new Downloader(_client)).FetchAsync(
            listed with { BaseUrl = new Uri(_server.Address, "set/") }, _folder, null, Token);
        var (fetched, given) = (BackboneWeights.Load(_folder), BackboneWeights.Load(Repository.Shared("backbone")!));
        Assert.Equal(52, fetched.Blocks.Sum(b => b.Convolutions.Count));
        foreach (var (a, b) in fetched.Blocks.SelectMany(b => b.Convolutions).Zip(given.Blocks.SelectMany(b => b.Convolutions)))
        {
            Assert.Equal(a.Weight, b.Weight);
        }
    }

    [Fact]
    public void Every_source_has_a_page_and_a_license()
    {
        Assert.All(PublicSource.All, s =>
        {
            Assert.Equal(Uri.UriSchemeHttps, s.Page.Scheme);
            Assert.NotEmpty(s.License);
            Assert.True(s.Archive is not null ^ s.Files is not null);
            Assert.All(s.Files ?? [], f => Assert.Matches("^[0-9a-f]{64}$", f.Sha256));
        });
    }

    private PublicSource Source(params SourceFile[] files) =>
        new("set", "a set", "any", _server.Address, new Uri(_server.Address, "set/"), files, null);

    private static SourceFile File(string name, byte[] bytes) => new(name, bytes.Length, Hash(bytes));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        var random = new MaskApi.Training.Data.SeededRandom(seed);
        for (var i = 0; i < count; i++)
        {
            bytes[i] = (byte)random.Below(256);
        }

        return bytes;
    }

    private sealed class Sum : IProgress<long>
    {
        private long _total;

        public long Total => Interlocked.Read(ref _total);

        public void Report(long value) => Interlocked.Add(ref _total, value);
    }

    /// <summary>Serves bytes on the loopback address, with ranges, and can abort one transfer on demand.</summary>
    private sealed class LoopbackServer : IDisposable
    {
        private readonly HttpListener _listener = new();

        public LoopbackServer()
        {
            // The listener does not accept port 0, so find a free one first.
            using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
            }

            _listener.Prefixes.Add(Address.ToString());
            _listener.Start();
            _ = Task.Run(ServeAsync);
        }

        public Uri Address { get; }

        public System.Collections.Concurrent.ConcurrentDictionary<string, byte[]> Files { get; } = new();

        public System.Collections.Concurrent.ConcurrentQueue<string> Requests { get; } = new();

        public int? BreakAfter { get; set; }

        public bool Ranges { get; set; } = true;

        public void Dispose() => _listener.Close();

        private async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                Answer(context);
            }
        }

        private void Answer(HttpListenerContext context)
        {
            var range = context.Request.Headers["Range"] ?? string.Empty;
            Requests.Enqueue(range);
            if (!Files.TryGetValue(context.Request.Url!.AbsolutePath, out var bytes))
            {
                context.Response.StatusCode = 404;
                context.Response.Close();
                return;
            }

            var from = Ranges && range.Length > 0
                ? int.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture)
                : 0;
            if (from > 0)
            {
                context.Response.StatusCode = 206;
                context.Response.Headers["Content-Range"] = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
            }

            context.Response.ContentLength64 = bytes.Length - from;
            if (BreakAfter is { } limit)
            {
                BreakAfter = null;
                context.Response.OutputStream.Write(bytes, from, limit);
                context.Response.OutputStream.Flush();
                context.Response.Abort();
                return;
            }

            context.Response.OutputStream.Write(bytes, from, bytes.Length - from);
            context.Response.Close();
        }
    }
}
