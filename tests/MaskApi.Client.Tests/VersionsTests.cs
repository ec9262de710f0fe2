using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using MaskApi.Testing;
using MaskApi.TestPictures;
using Verdicts = MaskApi.Vision.Verdicts;

namespace MaskApi.Client.Tests;

/// <summary>Clients and services of different versions, before and after incorrectly worn masks were a verdict.</summary>
public sealed class VersionsTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_incorrectly_worn_mask_reaches_the_client()
    {
        using var models = new ModelFolder(mask: 0.95, fit: 0.04);
        await using var service = new LiveService(("MaskApi:Models:Path", models.Path));
        await service.InitializeAsync();
        using var http = new HttpClient { BaseAddress = service.Address };
        var client = new MaskApiClient(http);
        var expected = new FaceSummary(1, 0, 0, 0) { IncorrectlyWorn = 1 };

        var detection = await client.DetectAsync(Pictures.Astronaut, cancellationToken: _token);
        var face = Assert.Single(detection.Faces);
        Assert.Equal(MaskLabel.IncorrectlyWorn, face.Label);
        Assert.Equal(0.912f, face.Probabilities!.Value.IncorrectlyWorn, 1e-5f);
        Assert.Equal(expected with { Found = 1 }, detection.Summary);
        Assert.Equal(expected, (await client.AnnotateAsync(Pictures.Astronaut, cancellationToken: _token)).Summary);
        var batch = await client.DetectBatchAsync([new("a", Pictures.Astronaut)], cancellationToken: _token);
        Assert.Equal(expected with { Found = 1 }, Assert.Single(batch).GetDetectionOrThrow().Summary);
    }

    /// <summary>
    /// The client's records of version 1.0.0, read as strictly as it did: every member required, none null. It always
    /// tolerated new labels.
    /// </summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task An_older_client_reads_a_newer_services_answer()
    {
        using var models = new ModelFolder(mask: 0.95, fit: 0.04);
        await using var service = new LiveService(("MaskApi:Models:Path", models.Path));
        await service.InitializeAsync();
        using var http = new HttpClient { BaseAddress = service.Address };
        using var content = new ByteArrayContent(await File.ReadAllBytesAsync(Pictures.AstronautFile, _token));
        using var response = await http.PostAsync("v1/detections", content, _token);
        var strict = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
        };
        var detection = await response.Content.ReadFromJsonAsync<OlderDetection>(strict, _token);

        Assert.NotNull(detection);
        var face = Assert.Single(detection.Faces);
        Assert.Equal(
            ("incorrectly_worn", 0.912f, 0.038f),
            (face.Label, MathF.Round(face.Confidence, 4), MathF.Round(face.MaskProbability, 4)));
        Assert.Equal(new OlderSummary(1, 0, 0, 0), detection.Summary);
        using var annotated = await http.PostAsync(
            "v1/annotations", new ByteArrayContent(await content.ReadAsByteArrayAsync(_token)), _token);
        Assert.All(
            ["X-Faces", "X-With-Mask", "X-Without-Mask", "X-Uncertain"],
            header => Assert.Equal(header == "X-Faces" ? "1" : "0", Assert.Single(annotated.Headers.GetValues(header))));
    }

    [Fact]
    public async Task An_older_service_is_understood()
    {
        using var http = new HttpClient(new OlderService()) { BaseAddress = new Uri("http://older/") };
        var client = new MaskApiClient(http);

        var detection = await client.DetectAsync(Pictures.Text, cancellationToken: _token);
        Assert.Null(Assert.Single(detection.Faces).Probabilities);
        Assert.Equal(new FaceSummary(1, 1, 0, 0), detection.Summary);
        Assert.Equal(new FaceSummary(4, 1, 2, 1), (await client.AnnotateAsync(Pictures.Text, cancellationToken: _token)).Summary);
    }

    /// <summary>An older service refuses a parameter that it does not know: no caller takes a plain picture for a redacted one.</summary>
    [Fact]
    public async Task An_older_service_that_cannot_redact_gives_no_picture()
    {
        using var http = new HttpClient(new OlderService()) { BaseAddress = new Uri("http://older/") };
        var exception = await Assert.ThrowsAsync<InvalidRequestException>(
            () => new MaskApiClient(http).AnnotateAsync(Pictures.Text, redaction: Redaction.Blur, cancellationToken: _token));
        Assert.Equal(["redact"], exception.Problem.Errors!.Keys);
    }

    [Fact]
    public void The_client_knows_every_verdict() => Assert.Equal(
        Verdicts.All.Select(static verdict => (verdict.Label.ToString(), verdict.Name)).Order(),
        typeof(MaskLabel).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(static property => (property.Name, ((MaskLabel)property.GetValue(null)!).Name)).Order());

    private sealed record OlderDetection
    {
        public required ImageFacts Image { get; init; }

        public required IReadOnlyList<OlderFace> Faces { get; init; }

        public required OlderSummary Summary { get; init; }

        public Uri? AnnotatedImageUrl { get; init; }

        public required Timings Timings { get; init; }
    }

    private sealed record OlderFace
    {
        public required string Label { get; init; }

        public required float Confidence { get; init; }

        public required float MaskProbability { get; init; }

        public required float DetectionConfidence { get; init; }

        public required Box Box { get; init; }

        public required Box RelativeBox { get; init; }

        public Landmarks? Landmarks { get; init; }
    }

    private sealed record OlderSummary(int Faces, int WithMask, int WithoutMask, int Uncertain);

    /// <summary>Answers as version 1.0.0 did.</summary>
    private sealed class OlderService : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK);
            if (request.RequestUri!.Query.Contains("redact", StringComparison.Ordinal))
            {
                response.StatusCode = HttpStatusCode.BadRequest;
                response.Content = new StringContent(
                    """
                    {
                      "title": "Invalid parameter", "status": 400, "code": "invalid_parameter",
                      "errors": { "redact": ["is not a parameter of this endpoint; did you mean 'detail'?"] }
                    }
                    """,
                    System.Text.Encoding.UTF8,
                    "application/problem+json");
            }
            else if (request.RequestUri.AbsolutePath == "/v1/annotations")
            {
                response.Content = new ByteArrayContent([1]);
                (string, string)[] counts = [("X-Faces", "4"), ("X-With-Mask", "1"), ("X-Without-Mask", "2"), ("X-Uncertain", "1")];
                foreach (var (header, count) in counts)
                {
                    response.Headers.Add(header, count);
                }
            }
            else
            {
                response.Content = new StringContent(
                    """
                    {
                      "image": { "width": 512, "height": 512, "format": "jpeg" },
                      "faces": [
                        {
                          "label": "with_mask", "confidence": 0.9, "maskProbability": 0.9, "detectionConfidence": 0.8,
                          "box": { "x": 1, "y": 2, "width": 3, "height": 4 },
                          "relativeBox": { "x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4 }
                        }
                      ],
                      "summary": { "faces": 1, "withMask": 1, "withoutMask": 0, "uncertain": 0 },
                      "timings": { "decodeMs": 1, "detectMs": 2, "classifyMs": 3, "totalMs": 6 }
                    }
                    """,
                    System.Text.Encoding.UTF8,
                    "application/json");
            }

            return Task.FromResult(response);
        }
    }
}
