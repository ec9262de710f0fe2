using System.Net;
using System.Text.Json;

namespace MaskApi.Tests.Lifecycle;

/// <summary>
/// That a build of the service works at all: the one in the folder that <c>MASKAPI_PROGRAM</c> names, such as what was published for GPUs,
/// or else the one beside the tests. The models run on the processor.
/// </summary>
[Trait("Category", "Slow")]
public sealed class SmokeTests(SharedService reference, SmokeTests.Program program) : IClassFixture<SmokeTests.Program>
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_loads_its_models_and_runs_them_on_the_processor()
    {
        var info = await GetAsync("/v1/info");
        Assert.Equal("cpu", info.GetProperty("executionProvider").GetString());
        Assert.Equal(2, info.GetProperty("models").GetArrayLength());
    }

    [Fact]
    public async Task Its_verdicts_are_those_of_the_service_beside_the_tests()
    {
        using var client = reference.CreateClient();
        var expected = await FacesAsync(client);
        var actual = await FacesAsync(program.Client);
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (one, other) in expected.Zip(actual))
        {
            Assert.Equal(one.GetProperty("label").GetString(), other.GetProperty("label").GetString());
            Near(one, other, "maskProbability", 1e-4);
            Near(one, other, "detectionConfidence", 1e-4);
            foreach (var side in new[] { "x", "y", "width", "height" })
            {
                Near(one.GetProperty("box"), other.GetProperty("box"), side, 0.11);
            }
        }

        static void Near(JsonElement one, JsonElement other, string name, double tolerance) =>
            Assert.Equal(one.GetProperty(name).GetDouble(), other.GetProperty(name).GetDouble(), tolerance);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    [InlineData("webp")]
    public async Task It_draws_and_encodes(string format)
    {
        using var response = await program.Client.PostAsync($"/v1/annotations?format={format}", Http.Raw(Pictures.Astronaut), _token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"image/{format}", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task It_answers_batches()
    {
        using var batch = Http.Form(Pictures.Astronaut, "images");
        using var response = await program.Client.PostAsync("/v1/detections/batch", batch, _token);
        Assert.Equal(1, (await response.JsonAsync()).GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task It_refuses_what_is_no_picture()
    {
        using var response = await program.Client.PostAsync("/v1/detections", Http.Raw("text"u8.ToArray()), _token);
        await response.ProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/swagger/index.html")]
    [InlineData("/metrics")]
    public async Task It_shows(string path)
    {
        using var response = await program.Client.GetAsync(path, _token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Where_CUDA_cannot_be_had_it_falls_back_to_the_processor()
    {
        await using var process = Program.Start(("MaskApi:Models:ExecutionProvider", "cuda"), ("MaskApi:Models:FallBackToCpu", "true"));
        using var client = await process.ReadyAsync();
        Assert.NotEmpty(await FacesAsync(client));
        using var response = await client.GetAsync("/v1/info", _token);
        Assert.True((await response.JsonAsync()).GetProperty("executionProvider").GetString() is "cpu" or "cuda");
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var response = await program.Client.GetAsync(path, _token);
        return await response.JsonAsync();
    }

    private static async Task<List<JsonElement>> FacesAsync(HttpClient client)
    {
        using var response = await client.PostAsync("/v1/detections?detail=high", Http.Raw(Pictures.Astronaut), _token);
        return [.. (await response.JsonAsync()).GetProperty("faces").EnumerateArray()];
    }

    /// <summary>The program under test, started once for all tests of the class.</summary>
    public sealed class Program : IAsyncLifetime
    {
        private readonly ServiceProcess _process = Start();

        internal HttpClient Client { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Client = await _process.ReadyAsync();

        public async ValueTask DisposeAsync()
        {
            Client?.Dispose();
            await _process.DisposeAsync();
        }

        internal static ServiceProcess Start(params (string Name, string Value)[] settings)
        {
            var folder = Environment.GetEnvironmentVariable("MASKAPI_PROGRAM") ?? AppContext.BaseDirectory;
            return ServiceProcess.StartFrom(folder, AppContext.BaseDirectory, [], settings);
        }
    }
}
