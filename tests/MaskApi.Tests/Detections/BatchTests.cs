using System.Net;
using System.Text.Json;

namespace MaskApi.Tests.Detections;

public sealed class BatchTests(SharedService service)
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly HttpClient _client = service.CreateClient();

    [Fact]
    public async Task Every_picture_gets_its_own_answer_in_order()
    {
        using var form = new MultipartFormDataContent
        {
            { Http.Raw(Pictures.Astronaut), "images", "first.jpg" },
            { new StringContent("ignored"), "comment" },
            { Http.Raw("no picture"u8.ToArray()), "images", "second.jpg" },
            { Http.Raw([]), "images", "third.jpg" },
            { Http.Raw(new byte[(20 * 1024 * 1024) + 1]), "images", "fourth.jpg" },
            { Http.Raw(Pictures.Plain(32, 48)), "images", "fünf.png" },
        };
        using var response = await _client.PostAsync("/v1/detections/batch", form, _token);
        var results = (await response.JsonAsync()).GetProperty("results").EnumerateArray().ToList();

        Assert.Equal(
            ["first.jpg", "second.jpg", "third.jpg", "fourth.jpg", "fünf.png"],
            results.Select(static r => r.GetProperty("name").GetString()));
        Assert.Equal([200, 415, 400, 413, 200], results.Select(static r => r.GetProperty("status").GetInt32()));
        Assert.Equal(
            [null, "unsupported_media_type", "image_missing", "image_too_large", null],
            results.Select(static r => r.TryGetProperty("problem", out var problem) ? problem.GetProperty("code").GetString() : null));
        Assert.Single(results[0].GetProperty("detection").GetProperty("faces").EnumerateArray());
        Assert.Equal("""{"width":32,"height":48,"format":"png"}""", results[4].GetProperty("detection").GetProperty("image").GetRawText());
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_batch_gives_the_same_results_as_single_requests()
    {
        using var form = new MultipartFormDataContent();
        for (var i = 0; i < 32; i++)
        {
            form.Add(Http.Raw(Pictures.Astronaut), "images", $"{i}.jpg");
        }

        using var batch = await _client.PostAsync("/v1/detections/batch?landmarks=true", form, _token);
        using var single = await _client.PostAsync("/v1/detections?landmarks=true", Http.Raw(Pictures.Astronaut), _token);
        var expected = (await single.JsonAsync()).GetProperty("faces").GetRawText();
        var results = (await batch.JsonAsync()).GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(0, 32).Select(static i => $"{i}.jpg"), results.Select(static r => r.GetProperty("name").GetString()));
        Assert.All(results, result => Assert.Equal(expected, result.GetProperty("detection").GetProperty("faces").GetRawText()));
    }

    [Fact]
    public async Task More_pictures_than_allowed_are_refused_as_a_whole()
    {
        using var form = new MultipartFormDataContent();
        for (var i = 0; i < 33; i++)
        {
            form.Add(Http.Raw([1]), "images", $"{i}.jpg");
        }

        using var response = await _client.PostAsync("/v1/detections/batch", form, _token);
        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "batch_too_large");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_bytes_than_allowed_are_refused_as_a_whole(bool announced)
    {
        await using var small = await Service.StartAsync(
            ("MaskApi:Limits:MaxImageBytes", "60000"), ("MaskApi:Limits:MaxBatchBytes", "100000"));
        using var client = small.CreateClient();
        using var form = new MultipartFormDataContent();
        form.Add(Http.Raw(new byte[50_000]), "images", "a.jpg");
        form.Add(Http.Raw(new byte[50_000]), "images", "b.jpg");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/detections/batch") { Content = form };
        request.Headers.TransferEncodingChunked = !announced;
        using var response = await client.SendAsync(request, _token);
        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "batch_too_large");
    }

    /// <summary>Unused fields count too, even if no picture is too large; otherwise a form could go on forever.</summary>
    [Theory]
    [InlineData("/v1/detections", "image", "image_too_large")]
    [InlineData("/v1/annotations", "image", "image_too_large")]
    [InlineData("/v1/detections/batch", "images", "batch_too_large")]
    public async Task Other_fields_of_a_form_count_too(string path, string field, string code)
    {
        await using var small = await Service.StartAsync(
            ("MaskApi:Limits:MaxImageBytes", "60000"), ("MaskApi:Limits:MaxBatchBytes", "100000"));
        using var client = small.CreateClient();
        using var form = new MultipartFormDataContent
        {
            { Http.Raw(Pictures.Plain(32, 32)), field, "a.png" },
            { new StringContent(new string('a', 200_000)), "comment" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = form };
        request.Headers.TransferEncodingChunked = true;
        using var response = await client.SendAsync(request, _token);
        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge, code);
    }

    /// <summary>Each picture needs all the memory, so they take turns, and together they take longer than the queue timeout.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_batch_does_not_refuse_its_own_pictures()
    {
        await using var service = await Service.StartAsync(
            ("MaskApi:Admission:Concurrency", "4"),
            ("MaskApi:Admission:QueueLength", "0"),
            ("MaskApi:Admission:QueueTimeout", "00:00:00.100"),
            ("MaskApi:Admission:MaxPixelsInFlight", "1000000"));
        using var client = service.CreateClient();
        using var form = new MultipartFormDataContent();
        for (var i = 0; i < 8; i++)
        {
            form.Add(Http.Raw(Pictures.Group), "images", $"{i}.jpg");
        }

        using var response = await client.PostAsync("/v1/detections/batch", form, _token);
        var results = (await response.JsonAsync()).GetProperty("results").EnumerateArray();
        Assert.All(results, static result => Assert.Equal(200, result.GetProperty("status").GetInt32()));
    }

    [Theory]
    [InlineData("image", "image_missing")]
    [InlineData(null, "invalid_body")]
    public async Task A_batch_without_pictures_is_refused(string? field, string code)
    {
        using HttpContent content = field is null ? Http.Raw(Pictures.Astronaut) : Http.Form(Pictures.Astronaut, field);
        using var response = await _client.PostAsync("/v1/detections/batch", content, _token);
        await response.ProblemAsync(HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task A_bad_parameter_is_refused_before_anything_is_read()
    {
        using var response = await _client.PostAsync("/v1/detections/batch?maxFaces=0", Http.Form(Pictures.Astronaut, "images"), _token);
        JsonElement problem = await response.ProblemAsync(HttpStatusCode.BadRequest, "invalid_parameter");
        Assert.True(problem.GetProperty("errors").TryGetProperty("maxFaces", out _));
    }
}
