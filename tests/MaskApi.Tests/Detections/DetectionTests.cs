using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MaskApi.Tests.Detections;

public sealed class DetectionTests(SharedService service)
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly HttpClient _client = service.CreateClient();

    [Fact]
    public async Task A_portrait_gives_its_face_according_to_the_contract()
    {
        using var response = await _client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        var detection = await response.JsonAsync();

        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""{"width":512,"height":512,"format":"jpeg"}""", detection.GetProperty("image").GetRawText());
        var face = Assert.Single(detection.GetProperty("faces").EnumerateArray());
        Assert.False(face.TryGetProperty("landmarks", out _));

        // Where the face is in this picture, to within a few pixels: eyes at y 115, chin at y 190.
        var box = face.GetProperty("box");
        Assert.InRange(Number(box, "x"), 160, 190);
        Assert.InRange(Number(box, "y"), 50, 85);
        Assert.InRange(Number(box, "width"), 90, 125);
        Assert.InRange(Number(box, "height"), 90, 130);
        foreach (var side in new[] { "x", "y", "width", "height" })
        {
            Assert.Equal(Number(box, side) / 512, Number(face.GetProperty("relativeBox"), side), 0.0002);
        }

        var probability = Number(face, "maskProbability");
        Assert.InRange(probability, 0, 1);
        Assert.InRange(Number(face, "detectionConfidence"), 0.5, 1);
        var probabilities = face.GetProperty("probabilities").EnumerateObject().Select(static entry => entry.Value.GetDouble()).ToList();
        Assert.Equal(1, probabilities.Sum(), 1e-5);
        Assert.Equal(probabilities.Max(), Number(face, "confidence"));
        Assert.Equal(1, detection.GetProperty("summary").GetProperty("faces").GetInt32());
        foreach (var stage in new[] { "decodeMs", "detectMs", "classifyMs", "totalMs" })
        {
            Assert.True(Number(detection.GetProperty("timings"), stage) >= 0);
        }

        var serverTiming = Assert.Single(response.Headers.GetValues("Server-Timing"));
        Assert.Matches(@"^decode;dur=[\d.]+, detect;dur=[\d.]+, classify;dur=[\d.]+, total;dur=[\d.]+$", serverTiming);
    }

    [Fact]
    public async Task An_astronaut_without_mask_is_without_mask()
    {
        using var response = await _client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        var face = Assert.Single((await response.JsonAsync()).GetProperty("faces").EnumerateArray());
        Assert.Equal("without_mask", face.GetProperty("label").GetString());
    }

    [Fact]
    public async Task A_mask_is_reported_in_body_and_headers()
    {
        var mask = await _client.GetByteArrayAsync("/examples/mask.jpg", _token);
        using var response = await _client.PostAsync("/v1/detections", Http.Raw(mask), _token);
        var detection = await response.JsonAsync();
        Assert.Equal("with_mask", Assert.Single(detection.GetProperty("faces").EnumerateArray()).GetProperty("label").GetString());
        Assert.Equal(
            """{"faces":1,"withMask":1,"withoutMask":0,"incorrectlyWorn":0,"uncertain":0,"found":1}""",
            detection.GetProperty("summary").GetRawText());
        using var annotated = await _client.PostAsync("/v1/annotations", Http.Raw(mask), _token);
        Assert.Equal(["1"], annotated.Headers.GetValues("X-With-Mask"));
        Assert.Equal(["0"], annotated.Headers.GetValues("X-Without-Mask"));
    }

    [Fact]
    public async Task The_format_follows_the_content()
    {
        using var portrait = SkiaSharp.SKBitmap.Decode(Pictures.Astronaut);
        (string Format, byte[] Picture)[] pictures =
        [
            ("webp", Pictures.AstronautAs(SkiaSharp.SKEncodedImageFormat.Webp)),
            ("bmp", Pictures.Bmp(portrait)),
            ("gif", Pictures.Gif(frames: 1)),
        ];
        foreach (var (format, picture) in pictures)
        {
            using var response = await _client.PostAsync("/v1/detections?detail=fast", Http.Raw(picture), _token);
            Assert.Equal(format, (await response.JsonAsync()).GetProperty("image").GetProperty("format").GetString());
        }
    }

    [Fact]
    public async Task Every_kind_of_upload_gives_the_same_answer()
    {
        var base64 = Convert.ToBase64String(Pictures.Astronaut);
        HttpContent[] bodies =
        [
            Http.Raw(Pictures.Astronaut),
            Http.Raw(Pictures.Astronaut, "image/png"),
            Http.Raw(Pictures.Astronaut, "application/octet-stream"),
            Http.Raw(Pictures.Astronaut, "application/x-www-form-urlencoded"),
            Http.Form(Pictures.Astronaut),
            Http.Base64(Pictures.Astronaut),
            Http.Base64(Pictures.Astronaut, "data:image/jpeg;base64,"),
            Http.Base64(Pictures.Astronaut, "DATA:;charset=utf-8;BASE64, "),
            Http.Json("\uFEFF" + $$"""{"image":"{{base64}}"}"""),
            Http.Json($$"""{"image":"{{base64.Insert(76, "\\r\\n")}}"}"""),
            Http.Json($$"""{"other":[1,{"image":2}],"image":"{{base64.Replace("/", "\\/", StringComparison.Ordinal)}}","imageUrl":null}"""),
        ];
        var answers = new List<string>();
        foreach (var body in bodies)
        {
            using var response = await _client.PostAsync("/v1/detections?landmarks=true", body, _token);
            answers.Add(WithoutTimings(await response.JsonAsync()));
        }

        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
    }

    [Fact]
    public async Task A_picture_without_a_face_is_a_success_without_faces()
    {
        using var response = await _client.PostAsync("/v1/detections", Http.Raw(Pictures.Plain(64, 64)), _token);
        var detection = await response.JsonAsync();
        Assert.Empty(detection.GetProperty("faces").EnumerateArray());
        Assert.Equal(
            """{"faces":0,"withMask":0,"withoutMask":0,"incorrectlyWorn":0,"uncertain":0,"found":0}""",
            detection.GetProperty("summary").GetRawText());
    }

    [Fact]
    public async Task Landmarks_come_on_request()
    {
        using var response = await _client.PostAsync("/v1/detections?landmarks=true", Http.Raw(Pictures.Astronaut), _token);
        var landmarks = (await response.JsonAsync()).GetProperty("faces")[0].GetProperty("landmarks");

        Assert.Equal(
            ["rightEye", "leftEye", "noseTip", "mouth", "rightEarTragion", "leftEarTragion"],
            landmarks.EnumerateObject().Select(static point => point.Name));
        Assert.True(Number(landmarks.GetProperty("rightEye"), "x") < Number(landmarks.GetProperty("leftEye"), "x"));
        Assert.True(Number(landmarks.GetProperty("rightEarTragion"), "x") < Number(landmarks.GetProperty("leftEarTragion"), "x"));
        Assert.True(Number(landmarks.GetProperty("noseTip"), "y") < Number(landmarks.GetProperty("mouth"), "y"));
        Assert.True(Number(landmarks.GetProperty("rightEye"), "y") < Number(landmarks.GetProperty("mouth"), "y"));
    }

    [Fact]
    public async Task A_verdict_below_minConfidence_is_uncertain()
    {
        using var response = await _client.PostAsync("/v1/detections?minConfidence=1", Http.Raw(Pictures.Astronaut), _token);
        var detection = await response.JsonAsync();
        Assert.Equal("uncertain", detection.GetProperty("faces")[0].GetProperty("label").GetString());
        Assert.Equal(1, detection.GetProperty("summary").GetProperty("uncertain").GetInt32());
    }

    [Fact]
    public async Task A_detectionThreshold_above_the_faces_confidence_drops_it()
    {
        using var response = await _client.PostAsync("/v1/detections?detectionThreshold=1", Http.Raw(Pictures.Astronaut), _token);
        Assert.Empty((await response.JsonAsync()).GetProperty("faces").EnumerateArray());
    }

    [Fact]
    public async Task Faces_come_largest_first_and_maxFaces_keeps_the_largest()
    {
        using var all = await _client.PostAsync("/v1/detections", Http.Raw(Pictures.Group), _token);
        var faces = (await all.JsonAsync()).GetProperty("faces").EnumerateArray().ToList();
        Assert.Equal(3, faces.Count);
        var areas = faces.Select(static face => face.GetProperty("box"))
            .Select(static box => Number(box, "width") * Number(box, "height")).ToList();
        Assert.Equal(areas.OrderDescending(), areas);
        Assert.InRange(Number(faces[0].GetProperty("box"), "x"), 270, 782);

        using var two = await _client.PostAsync("/v1/detections?maxFaces=2", Http.Raw(Pictures.Group), _token);
        Assert.Equal(
            faces.Take(2).Select(static face => face.GetRawText()),
            (await two.JsonAsync()).GetProperty("faces").EnumerateArray().Select(static face => face.GetRawText()));
    }

    [Fact]
    public async Task A_higher_threshold_reports_the_subset_of_faces_that_reach_it()
    {
        using var low = await _client.PostAsync("/v1/detections?detectionThreshold=0.05", Http.Raw(Pictures.Group), _token);
        var faces = (await low.JsonAsync()).GetProperty("faces").EnumerateArray().ToList();
        var confidences = faces.Select(static face => face.GetProperty("detectionConfidence").GetRawText());
        foreach (var threshold in confidences.Append("0.3").Append("0.7"))
        {
            using var high = await _client.PostAsync($"/v1/detections?detectionThreshold={threshold}", Http.Raw(Pictures.Group), _token);
            var minConfidence = float.Parse(threshold, System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(
                faces.Where(face => face.GetProperty("detectionConfidence").GetSingle() >= minConfidence)
                    .Select(static face => face.GetRawText()),
                (await high.JsonAsync()).GetProperty("faces").EnumerateArray().Select(static face => face.GetRawText()));
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Parallel_answers_equal_sequential_ones()
    {
        var webp = Pictures.AstronautAs(SkiaSharp.SKEncodedImageFormat.Webp);
        byte[][] pictures = [Pictures.Astronaut, Pictures.Group, webp, Pictures.Plain(300, 200)];
        var serial = new List<string>();
        foreach (var picture in pictures)
        {
            using var response = await _client.PostAsync("/v1/detections?landmarks=true", Http.Raw(picture), _token);
            serial.Add(WithoutTimings(await response.JsonAsync()));
        }

        var parallel = await Task.WhenAll(Enumerable.Range(0, 32).Select(async i =>
        {
            using var response = await _client.PostAsync("/v1/detections?landmarks=true", Http.Raw(pictures[i % pictures.Length]), _token);
            return WithoutTimings(await response.JsonAsync());
        }));
        Assert.All(parallel.Select(static (answer, i) => (answer, i)), item => Assert.Equal(serial[item.i % pictures.Length], item.answer));
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("auto")]
    [InlineData("high")]
    [InlineData("HIGH")]
    public async Task Every_detail_finds_a_portraits_face(string detail)
    {
        using var response = await _client.PostAsync($"/v1/detections?detail={detail}", Http.Raw(Pictures.Astronaut), _token);
        Assert.NotEmpty((await response.JsonAsync()).GetProperty("faces").EnumerateArray());
    }

    [Theory]
    [InlineData("detectionThreshold", "1.01")]
    [InlineData("detectionThreshold", "-0.1")]
    [InlineData("detectionThreshold", "NaN")]
    [InlineData("detectionThreshold", "high")]
    [InlineData("minConfidence", "0.49")]
    [InlineData("minConfidence", "1.1")]
    [InlineData("maxFaces", "0")]
    [InlineData("maxFaces", "1001")]
    [InlineData("maxFaces", "1.5")]
    [InlineData("maxFaces", "")]
    [InlineData("detail", "ultra")]
    [InlineData("detail", "1")]
    [InlineData("landmarks", "yes")]
    public async Task A_bad_parameter_is_named(string name, string value)
    {
        using var response = await _client.PostAsync($"/v1/detections?{name}={value}", Http.Raw(Pictures.Astronaut), _token);
        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest, "invalid_parameter");
        Assert.Equal([name], problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name));
    }

    [Fact]
    public async Task All_bad_parameters_are_named_at_once()
    {
        using var response = await _client.PostAsync(
            "/v1/detections?maxFaces=0&detail=x&landmarks=true&landmarks=false", Http.Raw(Pictures.Astronaut), _token);
        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest, "invalid_parameter");
        Assert.Equal(
            ["maxFaces", "detail", "landmarks"],
            problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name));
    }

    /// <summary>Several parts of the service read the query, but the caller gets one list.</summary>
    [Fact]
    public async Task Bad_parameters_of_picture_and_analysis_are_named_together()
    {
        using var response = await _client.PostAsync("/v1/annotations?maxFaces=0&format=tiff", Http.Raw(Pictures.Astronaut), _token);
        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest, "invalid_parameter");
        Assert.Equal(["maxFaces", "format"], problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name));
    }

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static string WithoutTimings(JsonElement detection)
    {
        var node = JsonNode.Parse(detection.GetRawText())!.AsObject();
        node.Remove("timings");
        node.Remove("annotatedImageUrl");
        return node.ToJsonString();
    }
}
