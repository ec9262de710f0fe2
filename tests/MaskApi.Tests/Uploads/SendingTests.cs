using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json;

namespace MaskApi.Tests.Uploads;

/// <summary>The ways in which clients encode a picture in a request. Each must be read like the plain file.</summary>
public sealed class SendingTests(SharedService service)
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    private static readonly string[] _paths = ["detections", "annotations", "detections/batch"];

    private static readonly string[] _formKinds =
    [
        "no file name", "empty file name", "capitals", "empty index", "index", "unquoted boundary", "no part type",
        "base64 text", "base64 unpadded", "base64 url-safe", "data url", "data url after white space",
    ];

    private static readonly string[] _jsonKinds =
    [
        "base64 unpadded", "base64 url-safe", "base64 in lines", "data url after white space",
        "json no type", "json text/json", "json +json", "json urlencoded", "json text/plain",
    ];

    private static readonly byte[] _picture = Pictures.Plain(33, 47);

    public static TheoryData<string, string> Forms =>
        [.. from path in _paths from kind in _formKinds select (path, kind)];

    public static TheoryData<string, string> Jsons =>
        [.. from path in _paths.Take(2) from kind in _jsonKinds select (path, kind)];

    [Theory]
    [InlineData("filename*")]
    [InlineData("filename*; filename=\"photo.png\"")]
    [InlineData("filename*=x")]
    [InlineData("filename")]
    public async Task A_broken_file_name_is_ignored(string parameter)
    {
        byte[] start = Encoding.ASCII.GetBytes($"--b\r\nContent-Disposition: form-data; name=image; {parameter}\r\n\r\n");
        using var content = new ByteArrayContent([.. start, .. _picture, .. "\r\n--b--\r\n"u8]);
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        await AssertReadAsync("detections", content);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_form_part_is_read_however_it_is_written(string path, string kind)
    {
        using var content = Form(kind, path.EndsWith("batch", StringComparison.Ordinal) ? "images" : "image");
        await AssertReadAsync(path, content);
    }

    [Theory]
    [MemberData(nameof(Jsons))]
    public async Task Json_is_read_however_it_is_written(string path, string kind)
    {
        var type = kind switch
        {
            "json no type" => null,
            "json text/json" => "text/json",
            "json +json" => "application/vnd.api+json",
            "json urlencoded" => "application/x-www-form-urlencoded",
            "json text/plain" => "text/plain",
            _ => "application/json",
        };
        var json = JsonSerializer.Serialize(new Dictionary<string, string> { ["image"] = Text(kind) });
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        await AssertReadAsync(path, content);
    }

    [Theory]
    [InlineData("image/jpeg", "{\"image\": \"AAAA\"}", "application/json")]
    [InlineData("application/octet-stream", " \r\n{\"imageUrl\": \"https://example.com\"}", "application/json")]
    [InlineData("application/x-www-form-urlencoded", "image=AAAA%2B", "multipart/form-data")]
    [InlineData("application/x-www-form-urlencoded", "image=/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAUDBAQEAwUEBAQFBQU=", "multipart/form-data")]
    [InlineData("image/png", "--b\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\n", "multipart/form-data")]
    [InlineData("image/png", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "application/json")]
    [InlineData("multipart/form-data", "{\"image\": \"AAAA\"}", "multipart/form-data")]
    public async Task A_body_of_another_type_gets_the_type_to_send(string type, string body, string named)
    {
        using var client = service.CreateClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await client.PostAsync("/v1/detections", content, _token);
        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest, "invalid_body");
        Assert.Contains(named, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_base64_in_a_batch_fails_alone()
    {
        using var client = service.CreateClient();
        using var form = new MultipartFormDataContent
        {
            { new StringContent("data:image/png;base64,####"), "images" },
            { new ByteArrayContent(_picture), "images[1]" },
        };
        using var response = await client.PostAsync("/v1/detections/batch", form, _token);
        var results = (await response.JsonAsync()).GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([400, 200], results.Select(static result => result.GetProperty("status").GetInt32()));
        Assert.Equal(["images", "images[1]"], results.Select(static result => result.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("maxFace=3", "maxFace", "maxFaces")]
    [InlineData("min_confidence=0.9", "min_confidence", "minConfidence")]
    [InlineData("treshold=0.9&maxFaces=2", "treshold", "detectionThreshold")]
    public async Task An_unknown_parameter_gets_the_nearest_name(string query, string name, string nearest)
    {
        using var client = service.CreateClient();
        using var response = await client.PostAsync($"/v1/detections?{query}", Http.Raw(_picture, "image/png"), _token);
        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest, "invalid_parameter");
        Assert.Contains($"'{nearest}'", problem.GetProperty("errors").GetProperty(name)[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_resembles_no_parameter_gets_the_list()
    {
        using var client = service.CreateClient();
        using var response = await client.PostAsync("/v1/detections?verdict=with_mask", Http.Raw(_picture, "image/png"), _token);
        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest, "invalid_parameter");
        Assert.Equal(
            "is not a parameter of this endpoint; it has 'detectionThreshold', 'minConfidence', 'maxFaces', 'detail', 'landmarks'",
            problem.GetProperty("errors").GetProperty("verdict")[0].GetString());
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    public async Task A_truncated_list_comes_with_the_number_of_faces_found(int maxFaces, int found)
    {
        using var client = service.CreateClient();
        using var response = await client.PostAsync($"/v1/detections?maxFaces={maxFaces}", Http.Raw(Pictures.Group), _token);
        var summary = (await response.JsonAsync()).GetProperty("summary");
        Assert.Equal((maxFaces, found), (summary.GetProperty("faces").GetInt32(), summary.GetProperty("found").GetInt32()));
    }

    private async Task AssertReadAsync(string path, HttpContent content)
    {
        using var client = service.CreateClient();
        using var response = await client.PostAsync($"/v1/{path}", content, _token);
        var body = await response.Content.ReadAsByteArrayAsync(_token);
        Assert.True(response.StatusCode == HttpStatusCode.OK, Encoding.UTF8.GetString(body));
        if (path == "annotations")
        {
            Assert.Equal("image/png", response.Content.Headers.ContentType?.MediaType);
            return;
        }

        var answer = JsonElement.Parse(body);
        var detection = path == "detections" ? answer : answer.GetProperty("results")[0].GetProperty("detection");
        Assert.Equal(
            """{"width":33,"height":47,"format":"png"}""", detection.GetProperty("image").GetRawText());
    }

    private static string Text(string kind) => kind switch
    {
        "base64 unpadded" => Convert.ToBase64String(_picture).TrimEnd('='),
        "base64 url-safe" => Base64Url.EncodeToString(_picture),
        "base64 in lines" => Convert.ToBase64String(_picture, Base64FormattingOptions.InsertLineBreaks),
        "data url" => "data:image/png;base64," + Convert.ToBase64String(_picture),
        "data url after white space" => "\r\n data:image/png;base64, " + Convert.ToBase64String(_picture) + "\n",
        _ => Convert.ToBase64String(_picture),
    };

    private static ByteArrayContent Form(string kind, string field)
    {
        var boundary = kind == "unquoted boundary" ? "==a/b=" : "b";
        var isText = kind.StartsWith("base64", StringComparison.Ordinal) || kind.StartsWith("data", StringComparison.Ordinal);
        var disposition = kind switch
        {
            "empty file name" => $"form-data; name=\"{field}\"; filename=\"\"",
            "capitals" => $"Form-Data; Name=\"{field}\"; FileName=\"a.png\"",
            "empty index" => $"form-data; name=\"{field}[]\"; filename=\"a.png\"",
            "index" => $"form-data; name=\"{field}[0]\"; filename=\"a.png\"",
            _ => $"form-data; name=\"{field}\"",
        };
        var type = isText ? "Content-Type: text/plain\r\n" : kind == "no part type" ? "" : "Content-Type: image/png\r\n";
        byte[] body =
        [
            .. Encoding.ASCII.GetBytes($"--{boundary}\r\nContent-Disposition: {disposition}\r\n{type}\r\n"),
            .. isText ? Encoding.ASCII.GetBytes(Text(kind)) : _picture,
            .. Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"),
        ];
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={boundary}");
        return content;
    }
}
