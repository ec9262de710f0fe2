using System.Net;
using System.Text;
using System.Text.Json;
using MaskApi.Admission;
using MaskApi.TestPictures;
using MaskApi.Uploads;
using Microsoft.Extensions.DependencyInjection;
using SkiaSharp;

namespace MaskApi.Tests.Problems;

/// <summary>Files crafted to break a service that reads pictures.</summary>
[Collection(nameof(Alone))]
[Trait("Category", "Slow")]
public sealed class HostilePictureTests(SharedService service)
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly HttpClient _client = service.CreateClient();

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public async Task A_truncated_picture_is_never_a_success(SKEncodedImageFormat format)
    {
        var whole = Pictures.AstronautAs(format);
        using var complete = await _client.PostAsync("/v1/detections", Http.Raw(whole), _token);
        Assert.Equal(HttpStatusCode.OK, complete.StatusCode);
        for (var length = 1024; length < whole.Length; length += 1024)
        {
            using var response = await _client.PostAsync("/v1/detections?detail=fast", Http.Raw(whole[..length]), _token);
            Assert.True(
                response.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.UnsupportedMediaType,
                $"cut at {length} of {whole.Length}: {(int)response.StatusCode}");
        }
    }

    [Fact]
    public async Task A_pixel_bomb_is_refused_by_its_header_without_using_memory()
    {
        var bomb = PngFiles.Bomb(30_000, 30_000);
        Assert.InRange(bomb.Length, 1000, 1_000_000);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Memory is measured in /proc.");
        await using var process = ServiceProcess.Start();
        using var client = await process.ReadyAsync();
        var before = process.PeakMemory;
        for (var i = 0; i < 20; i++)
        {
            foreach (var upload in new HttpContent[] { Http.Raw(bomb), Http.Form(bomb), Http.Base64(bomb) })
            {
                using var response = await client.PostAsync("/v1/annotations", upload, _token);
                await response.ProblemAsync(HttpStatusCode.UnprocessableEntity, "image_too_many_pixels");
            }
        }

        // One decoded raster alone would be 3.6 GB.
        Assert.InRange(process.PeakMemory - before, 0, 500_000_000);
    }

    /// <summary>
    /// 12 megapixels in 20 kilobytes: decoding its 5000 scans would take minutes. And one with as many scans as are still decoded.
    /// </summary>
    [Fact]
    public async Task A_progressive_bomb_is_refused_at_once_and_one_within_the_limit_is_bounded_in_time()
    {
        var bomb = JpegFiles.ProgressiveBomb(4000, 3000, scans: 5000);
        await using var process = ServiceProcess.Start();
        using var client = await process.ReadyAsync();
        var before = process.ProcessorTime;
        foreach (var upload in new HttpContent[] { Http.Raw(bomb), Http.Form(bomb), Http.Base64(bomb) })
        {
            using var refused = await client.PostAsync("/v1/detections", upload, _token);
            var problem = await refused.ProblemAsync(HttpStatusCode.UnprocessableEntity, "image_undecodable");
            Assert.Contains("scans", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.InRange((process.ProcessorTime - before).TotalSeconds, 0, 5);

        before = process.ProcessorTime;
        using var allowed = await client.PostAsync(
            "/v1/detections?detail=fast", Http.Raw(JpegFiles.ProgressiveBomb(4000, 3000, scans: 32)), _token);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.InRange((process.ProcessorTime - before).TotalSeconds, 0, 20);
    }

    /// <summary>A decoder would spend memory and minutes on metadata before it reports the size, outside of every queue.</summary>
    [Fact]
    public async Task A_metadata_bomb_is_refused_at_once_without_using_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Memory is measured in /proc.");
        var text = Enumerable.Repeat(PngFiles.Text(international: false, 7_000_000), 100);
        var png = PngFiles.Create(64, 64, depth: 8, colorType: 0, Enumerable.Repeat(new byte[64], 64), [.. text]);
        var empty = Enumerable.Repeat<byte[]>([0xFF, 0xE1, 0, 2], 1_000_000).SelectMany(static segment => segment);
        byte[] jpeg = [0xFF, 0xD8, .. empty, .. Pictures.Astronaut[2..]];
        await using var process = ServiceProcess.Start();
        using var client = await process.ReadyAsync();
        foreach (var bomb in new[] { png, jpeg })
        {
            var (memory, time) = (process.PeakMemory, process.ProcessorTime);
            using var response = await client.PostAsync("/v1/detections", Http.Raw(bomb), _token);
            await response.ProblemAsync(HttpStatusCode.UnprocessableEntity, "image_undecodable");

            // Inflated and kept, they took hundreds of megabytes and up to three seconds.
            Assert.InRange((process.ProcessorTime - time).TotalSeconds, 0, 2);
            Assert.InRange(process.PeakMemory - memory, 0, 100_000_000);
        }
    }

    [Fact]
    public async Task Only_the_first_frame_of_an_animation_is_read()
    {
        var one = Pictures.Gif(frames: 1);
        var thousand = Pictures.Gif(frames: 1000);
        using var first = await _client.PostAsync("/v1/detections", Http.Raw(one), _token);
        using var animated = await _client.PostAsync("/v1/detections", Http.Raw(thousand), _token);
        var a = await first.JsonAsync();
        var b = await animated.JsonAsync();
        Assert.Equal(a.GetProperty("image").GetRawText(), b.GetProperty("image").GetRawText());
        Assert.Equal("gif", b.GetProperty("image").GetProperty("format").GetString());

        // Decoding all frames would take a thousand times as long; a factor of fifty leaves room for a busy machine.
        var (fast, slow) = (Decoding(a), Decoding(b));
        Assert.True(slow < Math.Max(50, 50 * fast), $"one frame {fast} ms, a thousand {slow} ms");

        static double Decoding(JsonElement detection) => detection.GetProperty("timings").GetProperty("decodeMs").GetDouble();
    }

    [Fact]
    public async Task All_eight_orientations_give_the_same_faces_and_upright_pictures_without_metadata()
    {
        using var plain = await _client.PostAsync("/v1/detections", Http.Raw(Pictures.Oriented(1)), _token);
        var expected = (await plain.JsonAsync()).GetProperty("faces")[0].GetProperty("box");
        for (var orientation = 2; orientation <= 8; orientation++)
        {
            var file = Pictures.Oriented(orientation);
            using var detected = await _client.PostAsync("/v1/detections", Http.Raw(file), _token);
            var detection = await detected.JsonAsync();
            Assert.Equal(Pictures.OrientedWidth, detection.GetProperty("image").GetProperty("width").GetInt32());
            var face = Assert.Single(detection.GetProperty("faces").EnumerateArray());
            foreach (var side in new[] { "x", "y", "width", "height" })
            {
                Assert.Equal(expected.GetProperty(side).GetDouble(), face.GetProperty("box").GetProperty(side).GetDouble(), 2.0);
            }

            using var annotated = await _client.PostAsync("/v1/annotations?format=jpeg", Http.Raw(file), _token);
            var bytes = await annotated.Content.ReadAsByteArrayAsync(_token);
            Assert.Equal(-1, bytes.AsSpan().IndexOf("Exif"u8));
            using var codec = SKCodec.Create(new MemoryStream(bytes));
            Assert.Equal(SKEncodedOrigin.TopLeft, codec.EncodedOrigin);
            Assert.Equal(Pictures.OrientedWidth, codec.Info.Width);
        }
    }

    [Fact]
    public async Task Metadata_of_the_upload_is_not_in_the_annotated_picture()
    {
        var secret = "GPS 48.8584 N 2.2945 E";
        var file = JpegFiles.WithSegment(Pictures.Astronaut, 0xFE, Encoding.ASCII.GetBytes(secret));
        foreach (var format in new[] { "png", "jpeg", "webp" })
        {
            using var response = await _client.PostAsync($"/v1/annotations?format={format}", Http.Raw(file), _token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(-1, (await response.Content.ReadAsByteArrayAsync(_token)).AsSpan().IndexOf(Encoding.ASCII.GetBytes("48.8584")));
        }
    }

    /// <summary>
    /// Each is one byte too large, with and without an announced length. RemotePictureTests covers URLs.
    /// </summary>
    [Theory]
    [InlineData("raw", true)]
    [InlineData("raw", false)]
    [InlineData("form", true)]
    [InlineData("form", false)]
    [InlineData("base64", true)]
    [InlineData("base64", false)]
    [InlineData("annotation", true)]
    [InlineData("annotation", false)]
    public async Task A_picture_over_the_limit_is_refused_however_it_is_sent(string upload, bool chunked)
    {
        var picture = new byte[(20 * 1024 * 1024) + 1];
        Pictures.Astronaut.CopyTo(picture, 0);
        using var request = new HttpRequestMessage(HttpMethod.Post, upload == "annotation" ? "/v1/annotations" : "/v1/detections")
        {
            Content = upload switch
            {
                "form" => Http.Form(picture),
                "base64" => Http.Base64(picture),
                _ => Http.Raw(picture),
            },
        };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await _client.SendAsync(request, _token);
        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "image_too_large");
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("form")]
    [InlineData("base64")]
    public async Task A_picture_at_the_limit_is_read_however_it_is_sent(string upload)
    {
        // JPEG readers ignore what follows the end of the picture.
        var picture = new byte[20 * 1024 * 1024];
        Pictures.Astronaut.CopyTo(picture, 0);
        using HttpContent content = upload switch
        {
            "form" => Http.Form(picture),
            "base64" => Http.Base64(picture, "data:image/jpeg;base64,"),
            _ => Http.Raw(picture),
        };
        using var response = await _client.PostAsync("/v1/detections", content, _token);
        Assert.Single((await response.JsonAsync()).GetProperty("faces").EnumerateArray());
    }

    [Fact]
    public async Task All_resources_are_released_after_failures()
    {
        await using var own = await Service.StartAsync(("MaskApi:Limits:MaxImageBytes", "100000"));
        using var client = own.CreateClient();
        byte[][] pictures =
            [Pictures.Astronaut, new byte[100_001], [], Pictures.Astronaut[..5000], PngFiles.Bomb(9000, 9000), "text"u8.ToArray()];
        foreach (var picture in pictures)
        {
            HttpContent[] uploads = [Http.Raw(picture), Http.Form(picture), Http.Base64(picture), Http.Form(picture, "other")];
            foreach (var upload in uploads)
            {
                using var response = await client.PostAsync("/v1/detections", upload, _token);
                Assert.InRange((int)response.StatusCode, 200, 499);
            }

            using var batch = await client.PostAsync("/v1/detections/batch", Http.Form(picture, "images"), _token);
            Assert.InRange((int)batch.StatusCode, 200, 499);
        }

        Assert.Equal(0, own.Services.GetRequiredService<UploadBudget>().InFlight);
        Assert.Equal(0, own.Services.GetRequiredService<AdmissionGate>().InWork);
        Assert.Equal(0, own.Services.GetRequiredService<AdmissionGate>().QueueLength);
    }
}
