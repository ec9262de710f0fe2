using System.Net;
using System.Text;
using MaskApi.TestPictures;

namespace MaskApi.Tests.Problems;

public sealed class BadInputTests(SharedService service)
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly HttpClient _client = service.CreateClient();

    /// <summary>Request bodies and the problems they cause.</summary>
    public static TheoryData<string, HttpStatusCode, string> Bodies => new()
    {
        { "empty raw", HttpStatusCode.BadRequest, "image_missing" },
        { "empty form", HttpStatusCode.BadRequest, "image_missing" },
        { "empty file", HttpStatusCode.BadRequest, "image_missing" },
        { "other field", HttpStatusCode.BadRequest, "image_missing" },
        { "text field", HttpStatusCode.UnsupportedMediaType, "unsupported_media_type" },
        { "two files", HttpStatusCode.BadRequest, "invalid_body" },
        { "no boundary", HttpStatusCode.BadRequest, "invalid_body" },
        { "cut form", HttpStatusCode.BadRequest, "invalid_body" },
        { "json empty", HttpStatusCode.BadRequest, "image_missing" },
        { "json {}", HttpStatusCode.BadRequest, "image_missing" },
        { "json null", HttpStatusCode.BadRequest, "image_missing" },
        { "json empty image", HttpStatusCode.BadRequest, "image_missing" },
        { "json array", HttpStatusCode.BadRequest, "invalid_body" },
        { "json number", HttpStatusCode.BadRequest, "invalid_body" },
        { "json cut", HttpStatusCode.BadRequest, "invalid_body" },
        { "json trailing", HttpStatusCode.BadRequest, "invalid_body" },
        { "json twice", HttpStatusCode.BadRequest, "invalid_body" },
        { "json both", HttpStatusCode.BadRequest, "invalid_body" },
        { "json not base64", HttpStatusCode.BadRequest, "invalid_body" },
        { "json bad prefix", HttpStatusCode.BadRequest, "invalid_body" },
        { "json not utf-8", HttpStatusCode.BadRequest, "invalid_body" },
        { "json deep", HttpStatusCode.BadRequest, "invalid_body" },
        { "json url", HttpStatusCode.Forbidden, "url_not_allowed" },
        { "text as jpeg", HttpStatusCode.UnsupportedMediaType, "unsupported_media_type" },
        { "heic", HttpStatusCode.UnsupportedMediaType, "unsupported_media_type" },
        { "avif", HttpStatusCode.UnsupportedMediaType, "unsupported_media_type" },
        { "svg", HttpStatusCode.UnsupportedMediaType, "unsupported_media_type" },
        { "gzip", HttpStatusCode.UnsupportedMediaType, "unsupported_media_type" },
        { "truncated jpeg", HttpStatusCode.UnprocessableEntity, "image_undecodable" },
        { "pixel bomb", HttpStatusCode.UnprocessableEntity, "image_too_many_pixels" },
        { "too small", HttpStatusCode.UnprocessableEntity, "image_too_small" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Bad_input_gets_the_right_problem(string name, HttpStatusCode status, string code)
    {
        using var content = Content(name);
        using var response = await _client.PostAsync("/v1/detections", content, _token);
        await response.ProblemAsync(status, code);
    }

    [Theory]
    [InlineData("heic", "HEIC")]
    [InlineData("avif", "AVIF")]
    public async Task Unsupported_phone_formats_are_named_with_what_to_send_instead(string name, string named)
    {
        using var content = Content(name);
        using var response = await _client.PostAsync("/v1/detections", content, _token);
        var problem = await response.ProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        Assert.Contains(named, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("JPEG", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/nothing/here", HttpStatusCode.NotFound, "not_found")]
    [InlineData("POST", "/v1/nothing", HttpStatusCode.NotFound, "not_found")]
    [InlineData("GET", "/v1/detections", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    [InlineData("DELETE", "/v1/info", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    [InlineData("POST", "/metrics", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    public async Task Unknown_paths_and_methods_get_problems_too(string method, string path, HttpStatusCode status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _client.SendAsync(request, _token);
        await response.ProblemAsync(status, code);
        Assert.Equal(status == HttpStatusCode.MethodNotAllowed, response.Content.Headers.Allow.Count > 0);
        Assert.Equal(response.Content.Headers.Allow.Contains("GET"), response.Content.Headers.Allow.Contains("HEAD"));
    }

    private static HttpContent Content(string name) => name switch
    {
        "empty raw" => Http.Raw([]),
        "empty form" => Http.Raw("--b--\r\n"u8.ToArray(), "multipart/form-data; boundary=b"),
        "empty file" => Http.Form([]),
        "other field" => Http.Form(Pictures.Astronaut, "picture"),
        "text field" => new MultipartFormDataContent { { new StringContent("abc"), "image" } },
        "two files" => new MultipartFormDataContent
        {
            { Http.Raw(Pictures.Astronaut), "image", "a.jpg" },
            { Http.Raw(Pictures.Astronaut), "image", "b.jpg" },
        },
        "no boundary" => Http.Raw(Pictures.Astronaut, "multipart/form-data"),
        "cut form" => CutForm(),
        "json empty" => Http.Json(""),
        "json {}" => Http.Json("{}"),
        "json null" => Http.Json("""{"image":null}"""),
        "json empty image" => Http.Json("""{"image":""}"""),
        "json array" => Http.Json("[]"),
        "json number" => Http.Json("""{"image":5}"""),
        "json cut" => Http.Json("""{"image":"AAAA"""),
        "json trailing" => Http.Json("""{"image":"AAAA"} x"""),
        "json twice" => Http.Json("""{"image":"AAAA","image":"AAAA"}"""),
        "json both" => Http.Json("""{"image":"AAAA","imageUrl":"https://example.com/"}"""),
        "json not base64" => Http.Json("""{"image":"####"}"""),
        "json bad prefix" => Http.Json("""{"image":"data:image/jpeg,abc"}"""),
        "json not utf-8" => Http.Raw([.. "{\"image\":\"\\n"u8, 0xff, 0xfe, .. "\"}"u8], "application/json"),
        "json deep" => Http.Json("{\"x\":" + new string('[', 100) + new string(']', 100) + "}"),
        "json url" => Http.Json("""{"imageUrl":"https://example.com/photo.jpg"}"""),
        "text as jpeg" => Http.Raw(Encoding.UTF8.GetBytes("This is no picture at all, whatever its name may say.")),
        "heic" => Http.Raw([0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8, .. new byte[200]], "image/heic"),
        "avif" => Http.Raw([0, 0, 0, 24, .. "ftypavif"u8, 0, 0, 0, 0, .. "mif1avif"u8, .. new byte[200]], "image/avif"),
        "svg" => Http.Raw("<svg xmlns='http://www.w3.org/2000/svg' width='100' height='100'/>"u8.ToArray(), "image/svg+xml"),
        "gzip" => new ByteArrayContent(Pictures.Astronaut) { Headers = { ContentEncoding = { "gzip" } } },
        "truncated jpeg" => Http.Raw(Pictures.Astronaut[..(Pictures.Astronaut.Length / 2)]),
        "pixel bomb" => Http.Raw(PngFiles.Bomb(30_000, 30_000), "image/png"),
        "too small" => Http.Raw(Pictures.Plain(15, 64), "image/png"),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static ByteArrayContent CutForm()
    {
        var form = Http.Form(Pictures.Astronaut);
        var bytes = form.ReadAsByteArrayAsync(_token).GetAwaiter().GetResult();
        return new ByteArrayContent(bytes[..(bytes.Length / 2)]) { Headers = { ContentType = form.Headers.ContentType } };
    }
}
