using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using MaskApi.Admission;
using MaskApi.TestPictures;
using MaskApi.Uploads;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using Microsoft.Extensions.DependencyInjection;
using SkiaSharp;

namespace MaskApi.Tests.Problems;

/// <summary>
/// Sends mutated pictures of every format through every kind of upload. A run in the suite is short; MASKAPI_FUZZ_COUNT makes it
/// longer and MASKAPI_FUZZ_SEED changes the start. Findings go to Problems/Crashers and are retested in every run.
/// </summary>
[Collection(nameof(Alone))]
[Trait("Category", "Slow")]
public sealed class FuzzTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private static readonly string[] _uploads = ["raw", "form", "base64", "url", "batch", "annotation"];
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
        long halfway = 0;
        for (var i = 0; i < count; i++)
        {
            var source = sources[i % sources.Count];

            // Every other picture is mutated by chunks and segments with valid checksums, because blind byte changes fail at the checksums.
            var file = (i / sources.Count) % 2 == 0
                ? new Mutator(seed + i).Mutate(source.Bytes, sources[(i + 1) % sources.Count].Bytes)
                : new StructureMutator(seed + i).Mutate(source.Bytes);
            var upload = _uploads[i / sources.Count / 2 % _uploads.Length];
            var status = await SendAsync(upload, file, $"seed {seed + i}, {source.Name}, {upload}");
            statuses[$"{source.Name} {status}"] = statuses.GetValueOrDefault($"{source.Name} {status}") + 1;
            if (i == count / 2)
            {
                halfway = ResidentAfterCollection();
            }
        }

        var growth = ResidentAfterCollection() - halfway;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} pictures; second halfway grew by {growth / 1e6:0.0} MB"));
        foreach (var (key, value) in statuses)
        {
            output.WriteLine($"{key}: {value}");
        }

        // This looks for leaked pictures, which would take hundreds of megabytes.
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
    public async Task Earlier_findings_stay_fixed()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Problems", "Crashers"));
        foreach (var file in files.Where(static file => !file.EndsWith(".md", StringComparison.Ordinal)))
        {
            foreach (var upload in _uploads)
            {
                await SendAsync(upload, await File.ReadAllBytesAsync(file, _token), $"{Path.GetFileName(file)}, {upload}");
            }
        }
    }

    private async Task<int> SendAsync(string upload, byte[] file, string what)
    {
        _remote = file;
        using var request = new HttpRequestMessage(HttpMethod.Post, upload switch
        {
            "batch" => "/v1/detections/batch?detail=fast",
            "annotation" => "/v1/annotations?detail=fast",
            _ => "/v1/detections?detail=fast",
        });
        request.Content = upload switch
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

    /// <summary>Asserts a response that the contract allows and that is not a server error, including the items of a batch.</summary>
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

    /// <summary>Answers every request with the current picture, like a remote host.</summary>
    private sealed class Origin(Func<byte[]> picture) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = Http.Raw(picture()) });
    }
}
