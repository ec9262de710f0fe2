using System.Net;
using MaskApi.TestPictures;
using SkiaSharp;

namespace MaskApi.Tests.Annotations;

public sealed class AnnotationTests(SharedService service)
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly HttpClient _client = service.CreateClient();

    [Theory]
    [InlineData(null, "", "image/png")]
    [InlineData("*/*", "", "image/png")]
    [InlineData("image/*", "", "image/png")]
    [InlineData("not a media type", "", "image/png")]
    [InlineData("image/jpeg", "", "image/jpeg")]
    [InlineData("image/webp, image/png;q=0.9", "", "image/webp")]
    [InlineData("image/jpeg;q=0.2, */*;q=0.1", "", "image/jpeg")]
    [InlineData("image/jpeg;version=2, image/png;q=0.1", "", "image/jpeg")]
    [InlineData("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "", "image/png")]
    [InlineData("image/png;q=0, */*", "", "image/jpeg")]
    [InlineData("image/png", "?format=webp", "image/webp")]
    [InlineData("text/html", "?format=jpeg", "image/jpeg")]
    public async Task The_format_follows_the_parameter_and_then_Accept(string? accept, string query, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/annotations" + query) { Content = Http.Raw(Pictures.Astronaut) };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await _client.SendAsync(request, _token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, response.Content.Headers.ContentType?.MediaType);
        using var stream = new MemoryStream(await response.Content.ReadAsByteArrayAsync(_token));
        using var codec = SKCodec.Create(stream);
        Assert.Equal(expected, $"image/{codec.EncodedFormat.ToString().ToLowerInvariant()}");
        Assert.Equal(new SKSizeI(512, 512), codec.Info.Size);
    }

    [Theory]
    [InlineData("/v1/annotations", "application/json")]
    [InlineData("/v1/annotations", "image/gif")]
    [InlineData("/v1/detections", "image/png")]
    [InlineData("/v1/detections", "text/html")]
    public async Task An_Accept_that_cannot_be_met_is_refused(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Http.Raw(Pictures.Astronaut) };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await _client.SendAsync(request, _token);
        await response.ProblemAsync(HttpStatusCode.NotAcceptable, "not_acceptable");
    }

    /// <summary>
    /// WebP ends at 16383 pixels a side, JPEG at 65500; a larger picture comes in the next format that the caller accepts.
    /// </summary>
    [Theory]
    [InlineData(16_383, "image/webp, image/*;q=0.5", "", "image/webp")]
    [InlineData(16_384, "image/webp, image/*;q=0.5", "", "image/png")]
    [InlineData(65_500, "image/webp, image/jpeg;q=0.9, */*;q=0.5", "", "image/jpeg")]
    [InlineData(65_501, "image/webp, image/jpeg;q=0.9, */*;q=0.5", "", "image/png")]
    [InlineData(16_384, "image/webp", "", "not_acceptable")]
    [InlineData(16_384, "*/*", "format=webp", "invalid_parameter")]
    [InlineData(65_501, "*/*", "format=jpeg", "invalid_parameter")]
    public async Task A_picture_too_long_for_a_format_comes_in_another_or_is_refused(
        int width, string accept, string query, string expected)
    {
        // A bitmap can have any width.
        var picture = BmpFiles.Create(width, 16, static (_, _) => (128, 128, 128));
        using var detected = await _client.PostAsync("/v1/detections?detail=fast", Http.Raw(picture), _token);
        var link = new Uri((await detected.JsonAsync()).GetProperty("annotatedImageUrl").GetString()!);
        foreach (var request in new[]
        {
            new HttpRequestMessage(HttpMethod.Post, $"/v1/annotations?detail=fast&{query}") { Content = Http.Raw(picture) },
            new HttpRequestMessage(HttpMethod.Get, $"{link.AbsolutePath}?{query}"),
        })
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using var response = await _client.SendAsync(request, _token);
            if (response.IsSuccessStatusCode)
            {
                Assert.Equal(expected, response.Content.Headers.ContentType?.MediaType);
                continue;
            }

            var problem = await response.ProblemAsync(
                expected == "not_acceptable" ? HttpStatusCode.NotAcceptable : HttpStatusCode.BadRequest, expected);
            Assert.Equal(expected == "invalid_parameter", problem.TryGetProperty("errors", out _));
        }
    }

    /// <summary>The face in the middle of its box: unlike the picture's once it is redacted, and the same on the link.</summary>
    [Theory]
    [InlineData("None", "", false)]
    [InlineData("None", "?redact=blur", true)]
    [InlineData("None", "?redact=pixelate", true)]
    [InlineData("Blur", "", true)]
    [InlineData("Pixelate", "?redact=none", false)]
    public async Task Faces_are_redacted_where_the_caller_or_the_operator_asks_for_it(string setting, string query, bool redacted)
    {
        await using var service = await Service.StartAsync(("MaskApi:Annotations:Redact", setting));
        using var client = service.CreateClient();
        using var info = await client.GetAsync("/v1/info", _token);
        Assert.Equal(setting.ToLowerInvariant(), (await info.JsonAsync()).GetProperty("redact").GetString());
        using var detected = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        var link = new Uri((await detected.JsonAsync()).GetProperty("annotatedImageUrl").GetString()!);
        using var annotated = await client.PostAsync("/v1/annotations" + query, Http.Raw(Pictures.Astronaut), _token);
        using var linked = await client.GetAsync(link.AbsolutePath + query, _token);
        var file = await annotated.Content.ReadAsByteArrayAsync(_token);
        Assert.Equal(file, await linked.Content.ReadAsByteArrayAsync(_token));
        Assert.Equal(["1"], annotated.Headers.GetValues("X-Without-Mask"));

        using var original = SKBitmap.Decode(Pictures.Astronaut);
        using var picture = SKBitmap.Decode(file);
        var changed = 0;
        for (var (x, y) = (200, 110); x < 250; x++)
        {
            changed += Math.Abs(original.GetPixel(x, y).Green - picture.GetPixel(x, y).Green) > 8 ? 1 : 0;
        }

        Assert.Equal(redacted, changed > 10);
    }

    [Fact]
    public async Task An_unknown_redaction_is_an_invalid_parameter()
    {
        using var response = await _client.PostAsync("/v1/annotations?redact=black", Http.Raw(Pictures.Astronaut), _token);
        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest, "invalid_parameter");
        Assert.True(problem.GetProperty("errors").TryGetProperty("redact", out _));
    }

    [Fact]
    public async Task An_unknown_format_is_an_invalid_parameter()
    {
        using var response = await _client.PostAsync("/v1/annotations?format=gif", Http.Raw(Pictures.Astronaut), _token);
        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest, "invalid_parameter");
        Assert.True(problem.GetProperty("errors").TryGetProperty("format", out _));
    }

    [Theory]
    [InlineData(0.5, "X-Without-Mask")]
    [InlineData(1, "X-Uncertain")]
    public async Task The_counts_come_as_headers(double minConfidence, string counted)
    {
        using var response = await _client.PostAsync(
            FormattableString.Invariant($"/v1/annotations?minConfidence={minConfidence}"), Http.Form(Pictures.Astronaut), _token);
        foreach (var header in new[] { "X-Faces", "X-With-Mask", "X-Without-Mask", "X-Incorrectly-Worn", "X-Uncertain" })
        {
            Assert.Equal(header == "X-Faces" || header == counted ? "1" : "0", Assert.Single(response.Headers.GetValues(header)));
        }
    }

    /// <summary>A cache that keeps the JPEG must not serve it to a caller who asks for WebP.</summary>
    [Fact]
    public async Task Vary_and_server_timing_come_as_headers()
    {
        using var response = await _client.PostAsync("/v1/annotations", Http.Raw(Pictures.Astronaut), _token);
        Assert.Equal(["Accept"], response.Headers.Vary);
        Assert.Matches(
            @"^decode;dur=[\d.]+, detect;dur=[\d.]+, classify;dur=[\d.]+, total;dur=[\d.]+$",
            string.Join(", ", response.Headers.GetValues("Server-Timing")));
        using var detected = await _client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        var link = new Uri((await detected.JsonAsync()).GetProperty("annotatedImageUrl").GetString()!);
        using var linked = await _client.GetAsync(link, _token);
        Assert.Equal(["Accept"], linked.Headers.Vary);
        Assert.Equal(TimeSpan.FromMinutes(1), linked.Headers.CacheControl?.MaxAge);
    }

    [Fact]
    public async Task The_box_is_drawn_where_the_face_is_and_nowhere_else()
    {
        using var response = await _client.PostAsync("/v1/annotations", Http.Raw(Pictures.Astronaut), _token);
        using var drawn = SKBitmap.Decode(await response.Content.ReadAsByteArrayAsync(_token));
        using var original = SKBitmap.Decode(Pictures.Astronaut);
        var changed =
            (from y in Enumerable.Range(0, 512)
             from x in Enumerable.Range(0, 512)
             where Distance(drawn.GetPixel(x, y), original.GetPixel(x, y)) > 100
             select (x, y)).ToList();

        // The face spans about (170, 66) to (279, 174); its label sits above or below.
        Assert.NotEmpty(changed);
        Assert.All(changed, static point =>
        {
            Assert.InRange(point.x, 140, 420);
            Assert.InRange(point.y, 10, 230);
        });
    }

    private static int Distance(SKColor a, SKColor b) => Math.Abs(a.Red - b.Red) + Math.Abs(a.Green - b.Green) + Math.Abs(a.Blue - b.Blue);
}
