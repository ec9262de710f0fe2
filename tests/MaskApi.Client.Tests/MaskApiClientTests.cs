using MaskApi.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace MaskApi.Client.Tests;

/// <summary>The client against the real service.</summary>
public sealed class MaskApiClientTests(LiveService service) : IDisposable
{
    private readonly ServiceProvider _provider = Provide(service.Address);

    private IMaskApiClient Client => _provider.GetRequiredService<IMaskApiClient>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _provider.Dispose();

    [Fact]
    public async Task A_picture_comes_from_bytes_a_file_or_a_stream()
    {
        await using var stream = File.OpenRead(Pictures.AstronautFile);
        Picture[] pictures = [Pictures.Astronaut, Picture.FromFile(Pictures.AstronautFile), await Picture.FromStreamAsync(stream, Token)];
        foreach (var picture in pictures)
        {
            var detection = await Client.DetectAsync(picture, cancellationToken: Token);
            Assert.Equal(new ImageFacts(512, 512, "jpeg"), detection.Image);
            Assert.Equal(new FaceSummary(1, 0, 1, 0) { Found = 1 }, detection.Summary);
            var face = Assert.Single(detection.Faces);
            Assert.Equal(MaskLabel.WithoutMask, face.Label);
            Assert.InRange(face.Confidence, 0.6f, 1);
            Assert.NotNull(face.Probabilities);
            Assert.Equal(face.Probabilities.Value.WithoutMask, face.Confidence);
            Assert.Equal(face.Probabilities.Value.WithMask, face.MaskProbability);
            Assert.Equal(
                1,
                face.Probabilities.Value.WithMask + face.Probabilities.Value.WithoutMask + face.Probabilities.Value.IncorrectlyWorn,
                1e-5f);
            // The portrait's eyes are near (203, 101) and (246, 104), its mouth near (222, 148).
            Assert.InRange(face.Box.X, 140, 200);
            Assert.InRange(face.Box.Y, 40, 100);
            Assert.InRange(face.Box.X + face.Box.Width, 250, 310);
            Assert.InRange(face.Box.Y + face.Box.Height, 150, 220);
            Assert.Equal(face.Box.X / 512, face.RelativeBox.X, 1e-3);
            Assert.Null(face.Landmarks);
            Assert.True(detection.Timings.TotalMs > 0);
        }
    }

    [Fact]
    public async Task Options_reach_the_service()
    {
        var options = new DetectionOptions
        {
            DetectionThreshold = 0.625f,
            MinConfidence = 0.75f,
            MaxFaces = 1,
            Detail = DetectionDetail.High,
            Landmarks = true,
        };
        Assert.Equal("?detectionThreshold=0.625&minConfidence=0.75&maxFaces=1&detail=high&landmarks=true", options.ToQuery());
        var face = Assert.Single((await Client.DetectAsync(Pictures.Astronaut, options, Token)).Faces);
        Assert.NotNull(face.Landmarks);
        Assert.InRange(face.Landmarks.RightEye.X, 190, 215);
        Assert.InRange(face.Landmarks.Mouth.Y, 135, 165);
        Assert.Empty((await Client.DetectAsync(Pictures.Astronaut, new DetectionOptions { DetectionThreshold = 1 }, Token)).Faces);
    }

    [Theory]
    [InlineData(AnnotationFormat.Png, "image/png", new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' })]
    [InlineData(AnnotationFormat.Jpeg, "image/jpeg", new byte[] { 0xFF, 0xD8, 0xFF })]
    [InlineData(AnnotationFormat.Webp, "image/webp", new byte[] { (byte)'R', (byte)'I', (byte)'F', (byte)'F' })]
    public async Task An_annotated_picture_comes_in_the_format_asked_for(AnnotationFormat format, string mediaType, byte[] signature)
    {
        var annotated = await Client.AnnotateAsync(Pictures.Astronaut, format: format, cancellationToken: Token);
        Assert.Equal(mediaType, annotated.MediaType);
        Assert.Equal(signature, annotated.Bytes[..signature.Length].ToArray());
        Assert.Equal(new FaceSummary(1, 0, 1, 0), annotated.Summary);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData(Redaction.None, "?redact=none")]
    [InlineData(Redaction.Blur, "?redact=blur")]
    [InlineData(Redaction.Pixelate, "?redact=pixelate")]
    public void A_redaction_is_part_of_the_query(Redaction? redaction, string query) =>
        Assert.Equal(query, new DetectionOptions().ToQuery(redaction));

    [Theory]
    [InlineData(Redaction.None, 1)]
    [InlineData(Redaction.Blur, 0)]
    [InlineData(Redaction.Pixelate, 0)]
    public async Task The_face_of_a_redacted_picture_cannot_be_found_again(Redaction redaction, int found)
    {
        var annotated = await Client.AnnotateAsync(
            Pictures.Astronaut, new DetectionOptions { MaxFaces = 10 }, redaction: redaction, cancellationToken: Token);
        Assert.Equal(1, annotated.Summary.WithoutMask);
        Assert.Equal(found, (await Client.DetectAsync(Picture.FromBytes(annotated.Bytes), cancellationToken: Token)).Summary.Faces);
    }

    [Fact]
    public async Task A_bad_picture_of_a_batch_fails_alone()
    {
        var results = await Client.DetectBatchAsync(
            [new("good.jpg", Pictures.Astronaut), new("bad.jpg", Pictures.Text), new("file.jpg", Picture.FromFile(Pictures.AstronautFile))],
            cancellationToken: Token);
        Assert.Equal(["good.jpg", "bad.jpg", "file.jpg"], results.Select(static result => result.Name));
        Assert.Equal([200, 415, 200], results.Select(static result => result.Status));
        Assert.Single(results[0].GetDetectionOrThrow().Faces);
        Assert.Equal(ProblemCodes.UnsupportedMediaType, Assert.Throws<PictureRejectedException>(results[1].GetDetectionOrThrow).Code);
    }

    [Fact]
    public async Task A_batch_accepts_no_urls() => await Assert.ThrowsAsync<ArgumentException>(
        () => Client.DetectBatchAsync([new("far", Picture.FromUrl(new Uri("https://example.com/a.jpg")))], cancellationToken: Token));

    [Fact]
    public async Task A_file_that_is_no_picture_is_rejected()
    {
        var exception = await Assert.ThrowsAsync<PictureRejectedException>(
            () => Client.DetectAsync(Pictures.Text, cancellationToken: Token));
        Assert.Equal((ProblemCodes.UnsupportedMediaType, 415), (exception.Code, exception.Problem.Status));
        Assert.Matches("^[0-9a-f]{32}$", exception.Problem.TraceId);
    }

    [Fact]
    public async Task An_empty_picture_is_rejected() => Assert.Equal(
        ProblemCodes.ImageMissing,
        (await Assert.ThrowsAsync<PictureRejectedException>(
            () => Client.DetectAsync(Picture.FromBytes(default), cancellationToken: Token))).Code);

    [Fact]
    public async Task A_url_is_sent_and_refused_where_the_operator_allows_none() => Assert.Equal(
        ProblemCodes.UrlNotAllowed,
        (await Assert.ThrowsAsync<PictureRejectedException>(
            () => Client.AnnotateAsync(Picture.FromUrl(new Uri("https://example.com/a.jpg")), cancellationToken: Token))).Code);

    [Fact]
    public async Task A_parameter_out_of_range_is_named()
    {
        var exception = await Assert.ThrowsAsync<InvalidRequestException>(
            () => Client.DetectAsync(Pictures.Astronaut, new DetectionOptions { MaxFaces = 0 }, Token));
        Assert.Equal(ProblemCodes.InvalidParameter, exception.Code);
        Assert.Equal(["maxFaces"], exception.Problem.Errors!.Keys);
        Assert.Contains("maxFaces", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_sent_where_the_service_requires_one()
    {
        await using var guarded = new LiveService(("MaskApi:Keys:Values:0", "correct-horse-battery-staple"));
        await guarded.InitializeAsync();
        using var without = Provide(guarded.Address);
        var exception = await Assert.ThrowsAsync<UnauthorizedException>(
            () => without.GetRequiredService<IMaskApiClient>().DetectAsync(Pictures.Astronaut, cancellationToken: Token));
        Assert.Equal(ProblemCodes.Unauthorized, exception.Code);
        using var with = Provide(guarded.Address, "correct-horse-battery-staple");
        Assert.Single((await with.GetRequiredService<IMaskApiClient>().DetectAsync(Pictures.Astronaut, cancellationToken: Token)).Faces);
    }

    private static ServiceProvider Provide(Uri address, string? key = null)
    {
        var services = new ServiceCollection();
        services.AddMaskApiClient(options => (options.BaseAddress, options.ApiKey) = (address, key));
        return services.BuildServiceProvider();
    }
}
