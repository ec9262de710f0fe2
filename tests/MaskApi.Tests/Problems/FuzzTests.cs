using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using MaskApi.Admission;
using MaskApi.Detections;
using MaskApi.TestPictures;
using MaskApi.Uploads;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using Microsoft.Extensions.DependencyInjection;
using SkiaSharp;

namespace MaskApi.Tests.Problems;

/// <summary>
/// Mutated pictures of every format over every way in. A run in the suite is short; MASKAPI_FUZZ_COUNT makes it as long as wanted
/// and MASKAPI_FUZZ_SEED starts it elsewhere. A finding goes to Problems/Crashers, where it is tried for ever after.
/// </summary>
[Collection(nameof(Alone))]
[Trait("Category", "Slow")]
public sealed class FuzzTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private static readonly string[] _ways = ["raw", "form", "base64", "url", "batch", "annotation"];
    private Service _service = null!;
    private HttpClient _client = null!;
    private byte[] _remote = [];

    public async ValueTask InitializeAsync()
    {
        _service = new Service(
            new Dictionary<string, string?>
            {
                ["MaskApi:Remote:Enabled"] = "true",
                ["MaskApi:Remote:AllowHttp"] = "true",
                ["MaskApi:Log:Level"] = "Error",
            },
            services => services.AddSingleton<HttpMessageHandler>(new Origin(() => _remote)));
        await _service.ReadyAsync();
        _client = _service.CreateClient();
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Mutated_pictures_never_break_the_service()
    {
        var count = Number("MASKAPI_FUZZ_COUNT", 600);
        var seed = Number("MASKAPI_FUZZ_SEED", 20260);
        var sources = Sources();
        var statuses = new SortedDictionary<string, int>();
        long half = 0;
        for (var i = 0; i < count; i++)
        {
            var source = sources[i % sources.Count];

            // Every other one by its chunks and segments, with checksums that stay right: bytes changed blindly end at those.
            var file = (i / sources.Count) % 2 == 0
                ? new Mutator(seed + i).Mutate(source.Bytes, sources[(i + 1) % sources.Count].Bytes)
                : new StructureMutator(seed + i).Mutate(source.Bytes);
            var way = _ways[i / sources.Count / 2 % _ways.Length];
            var status = await SendAsync(way, file, $"seed {seed + i}, {source.Name}, {way}");
            statuses[$"{source.Name} {status}"] = statuses.GetValueOrDefault($"{source.Name} {status}") + 1;
            if (i == count / 2)
            {
                half = ResidentAfterCollection();
            }
        }

        var growth = ResidentAfterCollection() - half;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} pictures; second half grew by {growth / 1e6:0.0} MB"));
        foreach (var (key, value) in statuses)
        {
            output.WriteLine($"{key}: {value}");
        }

        // What is looked for is a leak of pictures, which would be hundreds of megabytes.
        Assert.InRange(growth, long.MinValue, 300_000_000);
        Assert.Equal(0, _service.Services.GetRequiredService<UploadBudget>().InFlight);
        Assert.Equal(0, _service.Services.GetRequiredService<AdmissionGate>().InWork);
    }

    [Fact]
    public async Task Mutated_envelopes_never_break_the_service()
    {
        var count = Number("MASKAPI_FUZZ_COUNT", 600) / 2;
        var seed = Number("MASKAPI_FUZZ_SEED", 20260);
        var small = Pictures.Plain(32, 32);
        using var form = Http.Form(small);
        using var json = Http.Base64(small, "data:image/png;base64,");
        var envelopes = new[]
        {
            (Type: form.Headers.ContentType!.ToString(), Bytes: await form.ReadAsByteArrayAsync(_token)),
            (Type: "application/json", Bytes: await json.ReadAsByteArrayAsync(_token)),
            (Type: "application/json", Bytes: """{"imageUrl":"http://93.184.216.34/photo.jpg","other":[{"a":[2.5e3,null]}]}"""u8.ToArray()),
        };
        for (var i = 0; i < count; i++)
        {
            var envelope = envelopes[i % envelopes.Length];
            var donor = envelopes[(i + 1) % envelopes.Length].Bytes;
            using var content = new ByteArrayContent(new Mutator(seed + i).Mutate(envelope.Bytes, donor));
            content.Headers.TryAddWithoutValidation("Content-Type", envelope.Type);
            _remote = small;
            using var response = await _client.PostAsync(i % 7 == 0 ? "/v1/detections/batch" : "/v1/detections", content, _token);
            await CheckAsync(response, $"seed {seed + i}, {envelope.Type}");
        }
    }

    [Fact]
    public async Task What_was_found_before_stays_fixed()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Problems", "Crashers"));
        foreach (var file in files.Where(static file => !file.EndsWith(".md", StringComparison.Ordinal)))
        {
            foreach (var way in _ways)
            {
                await SendAsync(way, await File.ReadAllBytesAsync(file, _token), $"{Path.GetFileName(file)}, {way}");
            }
        }
    }

    private async Task<int> SendAsync(string way, byte[] file, string what)
    {
        _remote = file;
        using var request = new HttpRequestMessage(HttpMethod.Post, way switch
        {
            "batch" => "/v1/detections/batch?detail=fast",
            "annotation" => "/v1/annotations?detail=fast",
            _ => "/v1/detections?detail=fast",
        });
        request.Content = way switch
        {
            "form" => Http.Form(file),
            "base64" => Http.Base64(file),
            "url" => Http.Json("""{"imageUrl":"http://93.184.216.34/photo.jpg"}"""),
            "batch" => Http.Form(file, "images"),
            _ => Http.Raw(file),
        };
        using var response = await _client.SendAsync(request, _token);
        return await CheckAsync(response, what);
    }

    /// <summary>Asserts an answer of the contract that is no fault of the service, the items of a batch included.</summary>
    private static async Task<int> CheckAsync(HttpResponseMessage response, string what)
    {
        var status = (int)response.StatusCode;
        Assert.True(status is 200 or 400 or 403 or 413 or 415 or 422, $"{what}: {status}");
        if (response.Content.Headers.ContentType?.MediaType is not ("application/json" or "application/problem+json"))
        {
            return status;
        }

        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(_token));
        if (answer.TryGetProperty("results", out var results))
        {
            foreach (var result in results.EnumerateArray())
            {
                status = result.GetProperty("status").GetInt32();
                Assert.True(status is 200 or 400 or 413 or 415 or 422, $"{what}: {status}");
            }
        }

        return status;
    }

    private static List<(string Name, byte[] Bytes)> Sources()
    {
        using var portrait = SKBitmap.Decode(Pictures.Astronaut);
        using var small = portrait.Resize(new SKSizeI(96, 96), SKSamplingOptions.Default);
        return
        [
            ("jpeg", Encode(SKEncodedImageFormat.Jpeg)),
            ("png", Encode(SKEncodedImageFormat.Png)),
            ("webp", Encode(SKEncodedImageFormat.Webp)),
            ("gif", Pictures.Gif(frames: 3)),
            ("bmp", Pictures.Bmp(small)),
            ("exif", Orientations.WithOrientation(Encode(SKEncodedImageFormat.Jpeg), ImageFormat.Jpeg, ExifOrientation.RightTop)),
        ];

        byte[] Encode(SKEncodedImageFormat format)
        {
            using var data = small.Encode(format, 90);
            return data.ToArray();
        }
    }

    private static long ResidentAfterCollection()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static int Number(string name, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : fallback;

    /// <summary>Answers every request with the picture of the moment, as a remote host would.</summary>
    private sealed class Origin(Func<byte[]> picture) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = Http.Raw(picture()) });
    }
}
