using System.Globalization;
using System.Text.Json;
using MaskApi.Contracts;
using MaskApi.Detections;
using MaskApi.TestPictures;
using MaskApi.Vision;

namespace MaskApi.Tests.Detections;

/// <summary>What callers get from a three-class classifier and from a two-class one.</summary>
public sealed class VerdictTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.95, 0.04, 0.6, "incorrectly_worn", "X-Incorrectly-Worn")]
    [InlineData(0.95, 0.9, 0.6, "with_mask", "X-With-Mask")]
    [InlineData(0.05, 0.5, 0.6, "without_mask", "X-Without-Mask")]
    [InlineData(0.95, 0.5, 0.6, "uncertain", "X-Uncertain")]
    [InlineData(0.95, 0.04, 0.95, "uncertain", "X-Uncertain")]
    public async Task The_likeliest_of_three_verdicts_is_reported_everywhere(
        double mask, double fit, double minConfidence, string label, string header)
    {
        using var models = new ModelFolder(mask, fit);
        await using var service = await Service.StartAsync(("MaskApi:Models:Path", models.Path));
        using var client = service.CreateClient();
        var query = string.Create(CultureInfo.InvariantCulture, $"?minConfidence={minConfidence}");

        using var response = await client.PostAsync("/v1/detections" + query, Http.Raw(Pictures.Astronaut), _token);
        var detection = await response.JsonAsync();
        var face = Assert.Single(detection.GetProperty("faces").EnumerateArray());
        double[] expected = [mask * fit, 1 - mask, mask * (1 - fit)];
        var reported = face.GetProperty("probabilities");
        string[] names = ["withMask", "withoutMask", "incorrectlyWorn"];
        Assert.Equal(names, reported.EnumerateObject().Select(static p => p.Name));
        Assert.Equal(expected, names.Select(name => reported.GetProperty(name).GetDouble()), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(label, face.GetProperty("label").GetString());
        Assert.Equal(names.Max(name => reported.GetProperty(name).GetDouble()), face.GetProperty("confidence").GetDouble());
        Assert.Equal(reported.GetProperty("withMask").GetDouble(), face.GetProperty("maskProbability").GetDouble());
        AssertCounted(detection.GetProperty("summary"));

        using var batch = await client.PostAsync("/v1/detections/batch" + query, Http.Form(Pictures.Astronaut, "images"), _token);
        AssertCounted((await batch.JsonAsync()).GetProperty("results")[0].GetProperty("detection").GetProperty("summary"));

        // Directly annotated and linked pictures are the same.
        using var annotated = await client.PostAsync("/v1/annotations" + query, Http.Raw(Pictures.Astronaut), _token);
        using var linked = await client.GetAsync(new Uri(detection.GetProperty("annotatedImageUrl").GetString()!), _token);
        foreach (var picture in new[] { annotated, linked })
        {
            Assert.All(Verdicts.All, verdict => Assert.Equal(
                verdict.Header == header ? "1" : "0", Assert.Single(picture.Headers.GetValues(verdict.Header))));
        }

        Assert.Equal(await annotated.Content.ReadAsByteArrayAsync(_token), await linked.Content.ReadAsByteArrayAsync(_token));

        void AssertCounted(JsonElement summary) => Assert.All(
            Verdicts.All,
            verdict => Assert.Equal(
                verdict.Name == label ? 1 : 0,
                summary.GetProperty(JsonNamingPolicy.CamelCase.ConvertName(verdict.Label.ToString())).GetInt32()));
    }

    [Theory]
    [InlineData(0.8, null, "with_mask,without_mask", "temperature=1")]
    [InlineData(0.8, 0.9, "with_mask,without_mask,incorrectly_worn", "temperature=1,fit_temperature=1.25")]
    public async Task Info_lists_classes_and_temperatures(double mask, double? fit, string classes, string temperatures)
    {
        using var models = new ModelFolder(mask, fit);
        await using var service = await Service.StartAsync(("MaskApi:Models:Path", models.Path));
        using var client = service.CreateClient();
        using var response = await client.GetAsync("/v1/info", _token);
        var reported = (await response.JsonAsync()).GetProperty("models").EnumerateArray().ToList();
        var classifier = Assert.Single(reported, static model => model.GetProperty("name").GetString() == "mask_classifier");
        Assert.Equal(classes, string.Join(',', classifier.GetProperty("classes").EnumerateArray().Select(static name => name.GetString())));
        Assert.Equal(
            temperatures.Split(',').Order(),
            classifier.GetProperty("temperatures").EnumerateObject().Select(static t => $"{t.Name}={t.Value}").Order());
        var detector = Assert.Single(reported, static model => model.GetProperty("name").GetString() == "blaze_face_tuned");
        Assert.False(detector.TryGetProperty("classes", out _) || detector.TryGetProperty("temperatures", out _));
    }

    [Fact]
    public void Summaries_add_up()
    {
        Assert.Equal(new FaceSummary(0, 0, 0, 0, 0), FaceSummary.Sum([]));
        Assert.Equal(
            new FaceSummary(110, 11, 22, 33, 44), FaceSummary.Sum([new FaceSummary(10, 1, 2, 3, 4), new FaceSummary(100, 10, 20, 30, 40)]));
    }

    /// <summary>Fails when a new verdict lacks its property in the summary.</summary>
    [Fact]
    public void Every_verdict_is_counted()
    {
        FaceVerdict[] faces =
        [
            .. new[] { (1f, 0f), (0, 1), (0, 1), (0, 0), (0, 0), (0, 0), (0.5f, 0.5f), (0.5f, 0.5f), (0.5f, 0.5f), (0.5f, 0.5f) }
                .Select(static p => new FaceVerdict(
                    default, 1, default, new VerdictProbabilities(p.Item1, p.Item2, 1 - p.Item1 - p.Item2))),
        ];
        var summary = faces.Summarize(0.6f);
        Assert.Equal(new FaceSummary(10, 1, 2, 3, 4), summary);
        Assert.Equal([1, 2, 3, 4], Verdicts.All.Select(verdict => summary.Count(verdict.Label)));
    }
}
