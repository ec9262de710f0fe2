using System.Collections;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MaskApi.Admission;
using MaskApi.Annotations;
using MaskApi.Problems;
using MaskApi.TestPictures;
using MaskApi.Uploads;
using MaskApi.Vision;
using MaskApi.Vision.Imaging;
using MaskApi.Vision.Imaging.Formats;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace MaskApi.Tests.Admission;

/// <summary>A service with one slot, a queue of one, and a clock that only the test moves.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private const string FormStart = "--b\r\nContent-Disposition: form-data; name=";
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly FakeTimeProvider _time = new();
    private Service _service = null!;
    private HttpClient _client = null!;

    private AdmissionGate Gate => _service.Services.GetRequiredService<AdmissionGate>();

    private UploadBudget Budget => _service.Services.GetRequiredService<UploadBudget>();

    public async ValueTask InitializeAsync()
    {
        _service = Create();
        await _service.ReadyAsync();
        _client = _service.CreateClient();
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_queued_requests_are_served()
    {
        var held = await Gate.EnterAsync(1, null, _token);
        var queued = DetectAsync();
        await UntilAsync(() => Gate.QueueLength == 1);

        foreach (var request in new[]
        {
            new HttpRequestMessage(HttpMethod.Post, "/v1/detections") { Content = Http.Raw(Pictures.Astronaut) },
            new HttpRequestMessage(HttpMethod.Post, "/v1/detections/batch") { Content = Http.Form(Pictures.Astronaut, "images") },
            new HttpRequestMessage(HttpMethod.Post, "/v1/annotations") { Content = Http.Form(Pictures.Astronaut) },
            new HttpRequestMessage(HttpMethod.Get, "/v1/annotations/0123456789abcdef0123456789abcdef"),
        })
        {
            // The clock stands still, so any wait would never end.
            using var refused = await _client.SendAsync(request, _token);
            await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "overloaded");
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        }

        using var health = await _client.GetAsync("/health/ready", _token);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        held.Dispose();
        using var served = await queued;
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        Assert.Equal(0, Gate.InWork);
    }

    [Fact]
    public async Task The_wait_in_the_queue_is_bounded()
    {
        using var held = await Gate.EnterAsync(1, null, _token);
        var queued = DetectAsync();
        await UntilAsync(() => Gate.QueueLength == 1);
        _time.Advance(new AdmissionOptions().QueueTimeout);
        using var refused = await queued;
        await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "overloaded");
        Assert.Equal(0, Gate.QueueLength);
    }

    [Fact]
    public async Task The_wait_of_a_batch_is_bounded_as_a_whole()
    {
        using var held = await Gate.EnterAsync(1, null, _token);
        using var batch = new MultipartFormDataContent();
        for (var i = 0; i < 5; i++)
        {
            batch.Add(Http.Raw(Pictures.Astronaut), "images", $"{i}.jpg");
        }

        var queued = _client.PostAsync("/v1/detections/batch", batch, _token);
        await UntilAsync(() => Gate.QueueLength == 1);
        _time.Advance(new AdmissionOptions().QueueTimeout);
        using var answer = await queued.WaitAsync(TimeSpan.FromSeconds(20), _token);
        var results = (await answer.JsonAsync()).GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([429, 429, 429, 429, 429], results.Select(static result => result.GetProperty("status").GetInt32()));
        Assert.All(results, static result => Assert.Equal("overloaded", result.GetProperty("problem").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_caller_who_disconnects_while_queued_leaves_the_queue()
    {
        using var held = await Gate.EnterAsync(1, null, _token);
        using var leaving = new CancellationTokenSource();
        var queued = _client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), leaving.Token);
        await UntilAsync(() => Gate.QueueLength == 1);
        await leaving.CancelAsync();
        await UntilAsync(() => Gate.QueueLength == 0);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        await UntilAsync(() => Budget.InFlight == 0);
    }

    [Fact]
    public async Task A_caller_who_disconnects_during_processing_frees_the_slot()
    {
        var worker = _service.Services.GetRequiredService<PictureWorker>();
        using var leaving = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker.RunAsync<int>(
            Pictures.Astronaut,
            output: null,
            (_, _, token) =>
            {
                Assert.Equal(1, Gate.InWork);
                leaving.Cancel();
                token.ThrowIfCancellationRequested();
                return 0;
            },
            batchLimiter: null,
            leaving.Token));
        Assert.Equal(0, Gate.InWork);
    }

    [Fact]
    public async Task Processing_that_takes_too_long_is_canceled()
    {
        var worker = _service.Services.GetRequiredService<PictureWorker>();
        var problem = await Assert.ThrowsAsync<ProblemException>(() => worker.RunAsync<int>(
            Pictures.Astronaut,
            output: null,
            (_, _, token) =>
            {
                _time.Advance(new AdmissionOptions().ProcessingTimeout);
                token.ThrowIfCancellationRequested();
                return 0;
            },
            batchLimiter: null,
            _token));
        Assert.Equal(ProblemKinds.ProcessingTimeout, problem.Kind);
        Assert.Equal(0, Gate.InWork);
    }

    /// <summary>Encoding takes longer than all earlier steps together, so it must not be done for nothing.</summary>
    [Fact]
    public async Task A_picture_that_is_drawn_too_late_or_for_nobody_is_not_encoded()
    {
        var annotator = _service.Services.GetRequiredService<AnnotationService>();
        var context = new DefaultHttpContext();
        var output = await OutputPicture.BindAsync(context);
        using var leaving = new CancellationTokenSource();

        var late = new Faces(() => _time.Advance(new AdmissionOptions().ProcessingTimeout));
        var problem = await Assert.ThrowsAsync<ProblemException>(
            () => annotator.DrawAsync(context, new AnnotationRecord(Pictures.Astronaut, late, 0.6f), output, leaving.Token));
        Assert.Equal(ProblemKinds.ProcessingTimeout, problem.Kind);

        var left = new Faces(leaving.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => annotator.DrawAsync(context, new AnnotationRecord(Pictures.Astronaut, left, 0.6f), output, leaving.Token));
        Assert.Equal(0, Gate.InWork);
    }

    [Fact]
    public async Task An_upload_holds_no_slot_and_times_out_when_it_is_too_slow()
    {
        // Over a real socket: the in-process transport delivers a response only when the request body has ended.
        await using var service = Create();
        await service.ListenAsync();
        var budget = service.Services.GetRequiredService<UploadBudget>();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, service.ClientOptions.BaseAddress.Port, _token);
        var stream = socket.GetStream();
        await stream.WriteAsync("POST /v1/detections HTTP/1.1\r\nHost: localhost\r\n"u8.ToArray(), _token);
        await stream.WriteAsync("Content-Length: 50000\r\n\r\nhalf a picture"u8.ToArray(), _token);
        await UntilAsync(() => budget.InFlight > 0);

        using var client = service.CreateClient();
        using var other = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);

        _time.Advance(new AdmissionOptions().UploadTimeout);
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 408 Request Timeout", await reader.ReadLineAsync(_token));
        var rest = await reader.ReadToEndAsync(_token);
        Assert.Contains("Connection: close", rest, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request_timeout\"", rest, StringComparison.Ordinal);
        await UntilAsync(() => budget.InFlight == 0);
    }

    /// <summary>The caller sees our deadline. The server's own limit, for slow bodies, comes later and has another message.</summary>
    [Theory]
    [InlineData("/v1/detections", "image/jpeg", "half a picture")]
    [InlineData("/v1/detections", "application/json", "{\"image\": \"")]
    [InlineData("/v1/detections", "multipart/form-data; boundary=b", FormStart + "\"image\"; filename=\"a\"\r\n\r\nhalf a picture")]
    [InlineData("/v1/annotations", "multipart/form-data; boundary=b", FormStart + "\"image\"; filename=\"a\"\r\n\r\nhalf a picture")]
    [InlineData("/v1/detections/batch", "multipart/form-data; boundary=b", FormStart + "\"images\"; filename=\"a\"\r\n\r\nhalf a picture")]
    public async Task A_body_that_stalls_times_out_however_it_is_sent(string path, string contentType, string start)
    {
        await using var service = Create();
        await service.ListenAsync();
        var budget = service.Services.GetRequiredService<UploadBudget>();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, service.ClientOptions.BaseAddress.Port, _token);
        var stream = socket.GetStream();
        var head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {contentType}\r\nContent-Length: 50000\r\n\r\n{start}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _token);
        await UntilAsync(() => budget.InFlight > 0);
        _time.Advance(new AdmissionOptions().UploadTimeout);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(_token);
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request_timeout\"", answer, StringComparison.Ordinal);
        Assert.Contains("The body was not complete after", answer, StringComparison.Ordinal);
        await UntilAsync(() => budget.InFlight == 0);
    }

    /// <summary>
    /// Kestrel gives up on a body slower than 240 bytes a second, five seconds after its start. To the caller,
    /// this is the same problem as our own deadline, however the body is sent.
    /// </summary>
    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("image/jpeg", "")]
    [InlineData("application/json", "{\"image\": \"")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\n")]
    public async Task A_body_that_trickles_in_times_out(string contentType, string start)
    {
        await using var service = Create();
        await service.ListenAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, service.ClientOptions.BaseAddress.Port, _token);
        var stream = socket.GetStream();
        var head = "POST /v1/detections HTTP/1.1\r\nHost: localhost\r\n"
            + $"Content-Type: {contentType}\r\nContent-Length: 50000\r\n\r\n{start}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _token);

        using var done = new CancellationTokenSource();
        var trickle = TrickleAsync();
        using var reader = new StreamReader(stream, leaveOpen: true);
        Assert.Equal("HTTP/1.1 408 Request Timeout", await reader.ReadLineAsync(_token));
        var rest = await reader.ReadToEndAsync(_token);
        await done.CancelAsync();
        await trickle;
        Assert.Contains("Connection: close", rest, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request_timeout\"", rest, StringComparison.Ordinal);
        var budget = service.Services.GetRequiredService<UploadBudget>();
        await UntilAsync(() => budget.InFlight == 0);

        async Task TrickleAsync()
        {
            try
            {
                while (true)
                {
                    await stream.WriteAsync("x"u8.ToArray(), done.Token);
                    await Task.Delay(100, done.Token);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                // The answer has arrived, or the service has closed the connection after it.
            }
        }
    }

    /// <summary>A caller who asks for a large picture and does not read it holds its share of the budget, but not forever.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_response_counts_against_the_budget_and_is_aborted_when_it_is_not_read()
    {
        await using var service = Create();
        await service.ListenAsync();
        var budget = service.Services.GetRequiredService<UploadBudget>();
        using var socket = new TcpClient { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, service.ClientOptions.BaseAddress.Port, _token);
        var stream = socket.GetStream();
        var noise = Pictures.Noise(2000, 2000);
        var head = $"POST /v1/annotations?detail=fast HTTP/1.1\r\nHost: localhost\r\nContent-Length: {noise.Length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _token);
        await stream.WriteAsync(noise, _token);
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(_token));

        // The file is larger than the whole budget, so nothing else fits.
        using var client = service.CreateClient();
        using var refused = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "overloaded");

        _time.Advance(new AdmissionOptions().DownloadTimeout);
        await UntilAsync(() => budget.InFlight == 0);
        await Assert.ThrowsAsync<IOException>(() => reader.ReadToEndAsync(_token));
        using var served = await client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    /// <summary>A file that does not fit into the budget is not made: nothing is decoded, so the faces are never enumerated.</summary>
    [Fact]
    public async Task An_annotation_reserves_its_budget_before_the_work()
    {
        var annotator = _service.Services.GetRequiredService<AnnotationService>();
        var context = new DefaultHttpContext();
        var output = await OutputPicture.BindAsync(context);
        var looked = false;
        var record = new AnnotationRecord(Pictures.Astronaut, new Faces(() => looked = true), 0.6f);
        using (Budget.Take(1_900_000))
        {
            var problem = await Assert.ThrowsAsync<ProblemException>(() => annotator.DrawAsync(context, record, output, _token));
            Assert.Equal(ProblemKinds.Overloaded, problem.Kind);
            Assert.NotNull(problem.RetryAfter);
            Assert.False(looked);
            Assert.Equal(1_900_000, Budget.InFlight);
        }

        Assert.Equal(0, Gate.InWork);
    }

    [Fact]
    public async Task Uploads_share_a_budget_of_bytes()
    {
        using (Budget.Take(2 * 1024 * 1024))
        {
            HttpContent[] bodies = [Http.Raw(Pictures.Astronaut), Http.Form(Pictures.Astronaut), Http.Base64(Pictures.Astronaut)];
            foreach (var body in bodies)
            {
                using var refused = await _client.PostAsync("/v1/detections", body, _token);
                await refused.ProblemAsync(HttpStatusCode.TooManyRequests, "overloaded");
                Assert.NotNull(refused.Headers.RetryAfter);
            }
        }

        using var served = await DetectAsync();
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        Assert.Equal(0, Budget.InFlight);
    }

    [Fact]
    public async Task Pictures_in_work_share_a_budget_of_pixels()
    {
        using var gate = new AdmissionGate(
            new AdmissionOptions { Concurrency = 3, MaxPixelsInFlight = 10_000_000, QueueLength = 3 }, _time);
        var first = await gate.EnterAsync(6_000_000, null, _token);
        var second = gate.EnterAsync(6_000_000, null, _token).AsTask();
        Assert.False(second.IsCompleted);

        first.Dispose();
        var entered = await second;

        // Larger than the whole budget: it runs alone instead of never.
        var huge = gate.EnterAsync(50_000_000, null, _token).AsTask();
        Assert.False(huge.IsCompleted);
        entered.Dispose();
        (await huge).Dispose();
        Assert.Equal(0, gate.InWork);
    }

    /// <summary>A PNG exists twice before it is sent; rotating a picture needs a second raster.</summary>
    [Theory]
    [InlineData("/v1/detections", false, HttpStatusCode.OK)]
    [InlineData("/v1/annotations", false, HttpStatusCode.TooManyRequests)]
    [InlineData("/v1/detections", true, HttpStatusCode.TooManyRequests)]
    public async Task Memory_of_codecs_counts_against_the_pixel_budget(string path, bool rotated, HttpStatusCode expected)
    {
        await using var service = await Service.StartAsync(
            ("MaskApi:Admission:Concurrency", "2"),
            ("MaskApi:Admission:QueueTimeout", "00:00:00.1"),
            ("MaskApi:Admission:MaxPixelsInFlight", "2000000"));
        using var held = await service.Services.GetRequiredService<AdmissionGate>().EnterAsync(1_000_000, null, _token);
        using var client = service.CreateClient();
        var orientation = rotated ? ExifOrientation.RightTop : ExifOrientation.TopLeft;
        var picture = Orientations.WithOrientation(Pictures.Noise(800, 800), ImageFormat.Jpeg, orientation);
        using var response = await client.PostAsync(path, Http.Raw(picture), _token);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A_wait_for_pixels_is_bounded_and_frees_the_slot()
    {
        using var gate = new AdmissionGate(new AdmissionOptions { Concurrency = 2, MaxPixelsInFlight = 10_000_000 }, _time);
        using var first = await gate.EnterAsync(10_000_000, null, _token);
        var second = gate.EnterAsync(1_000_000, null, _token).AsTask();
        _time.Advance(new AdmissionOptions().QueueTimeout);
        var problem = await Assert.ThrowsAsync<ProblemException>(() => second);
        Assert.Equal(ProblemKinds.Overloaded, problem.Kind);
        Assert.Equal(1, gate.InWork);
    }

    [Fact]
    public async Task Pictures_of_a_batch_wait_for_one_another_without_a_timeout()
    {
        using var gate = new AdmissionGate(new AdmissionOptions { Concurrency = 2, MaxPixelsInFlight = 10_000_000 }, _time);
        using var batch = gate.CreateBatchLimiter();
        var first = await gate.EnterAsync(10_000_000, batch, _token);
        var second = gate.EnterAsync(10_000_000, batch, _token).AsTask();
        _time.Advance(2 * new AdmissionOptions().QueueTimeout);
        Assert.False(second.IsCompleted);
        Assert.Equal(1, gate.InWork);

        // Everybody else still times out.
        var other = gate.EnterAsync(1_000_000, null, _token).AsTask();
        _time.Advance(new AdmissionOptions().QueueTimeout);
        await Assert.ThrowsAsync<ProblemException>(() => other);
        first.Dispose();
        (await second).Dispose();
        Assert.Equal(0, gate.InWork);
    }

    [Fact]
    public async Task A_caller_who_disconnects_while_waiting_for_pixels_frees_the_slot()
    {
        using var gate = new AdmissionGate(new AdmissionOptions { Concurrency = 2, MaxPixelsInFlight = 10_000_000 }, _time);
        using var first = await gate.EnterAsync(10_000_000, null, _token);
        using var leaving = new CancellationTokenSource();
        var second = gate.EnterAsync(1_000_000, null, leaving.Token).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(1, gate.InWork);
    }

    /// <summary>Until a picture has been processed, each is estimated at a tenth of a second.</summary>
    [Fact]
    public async Task Retry_after_covers_the_work_at_hand()
    {
        using var gate = new AdmissionGate(new AdmissionOptions { Concurrency = 2, QueueLength = 38 }, _time);
        using var one = await gate.EnterAsync(1, null, _token);
        using var two = await gate.EnterAsync(1, null, _token);
        var queued = Enumerable.Range(0, 38).Select(_ => gate.EnterAsync(1, null, _token).AsTask()).ToList();
        Assert.Equal(2, gate.Refusal()!.RetryAfter!.Value.TotalSeconds, 1e-6);
        _time.Advance(new AdmissionOptions().QueueTimeout);
        foreach (var waiting in queued)
        {
            await Assert.ThrowsAsync<ProblemException>(() => waiting);
        }
    }

    [Fact]
    public async Task The_estimate_follows_the_time_that_pictures_take()
    {
        using var gate = new AdmissionGate(new AdmissionOptions { Concurrency = 1, QueueLength = 0 }, _time);
        using (await gate.EnterAsync(1, null, _token))
        {
            _time.Advance(TimeSpan.FromSeconds(0.5));
        }

        // The average moves a tenth of the body from 0.1 s to 0.5 s.
        using var next = await gate.EnterAsync(1, null, _token);
        Assert.Equal(0.14, gate.Refusal()!.RetryAfter!.Value.TotalSeconds, 1e-6);
    }

    [Fact]
    public async Task The_queue_is_first_in_first_out()
    {
        using var gate = new AdmissionGate(new AdmissionOptions { Concurrency = 1, QueueLength = 2 }, _time);
        var held = await gate.EnterAsync(1, null, _token);
        var first = gate.EnterAsync(1, null, _token).AsTask();
        var second = gate.EnterAsync(1, null, _token).AsTask();
        held.Dispose();
        Assert.Same(first, await Task.WhenAny(first, second));
        Assert.False(second.IsCompleted);
        (await first).Dispose();
        (await second).Dispose();
    }

    /// <summary>With one slot and a queue of one, five pictures at once would overflow it.</summary>
    [Fact]
    public async Task A_batch_alone_does_not_fill_the_queue()
    {
        using var form = new MultipartFormDataContent();
        for (var i = 0; i < 5; i++)
        {
            form.Add(Http.Raw(Pictures.Plain(32, 32)), "images", $"{i}.png");
        }

        using var response = await _client.PostAsync("/v1/detections/batch", form, _token);
        Assert.All(
            (await response.JsonAsync()).GetProperty("results").EnumerateArray(),
            static result => Assert.Equal(200, result.GetProperty("status").GetInt32()));
    }

    [Fact]
    public async Task A_slot_released_twice_is_freed_once()
    {
        var place = await Gate.EnterAsync(1, null, _token);
        place.Dispose();
        place.Dispose();
        Assert.Equal(0, Gate.InWork);
        using var again = await Gate.EnterAsync(1, null, _token);
        Assert.Equal(1, Gate.InWork);
    }

    private Service Create() => new(
        new Dictionary<string, string?>
        {
            ["MaskApi:Admission:Concurrency"] = "1",
            ["MaskApi:Admission:QueueLength"] = "1",
            ["MaskApi:Admission:MaxBytesInFlight"] = "2097152",
            ["MaskApi:Limits:MaxImageBytes"] = "500000",
            ["MaskApi:Limits:MaxBatchBytes"] = "1000000",
        },
        services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time)));

    private Task<HttpResponseMessage> DetectAsync() => _client.PostAsync("/v1/detections", Http.Raw(Pictures.Astronaut), _token);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_token);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, timeout.Token);
        }
    }

    /// <summary>An empty list of faces that runs an action when it is enumerated for drawing.</summary>
    private sealed class Faces(Action enumerated) : IReadOnlyList<FaceVerdict>
    {
        public int Count => 0;

        public FaceVerdict this[int index] => throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<FaceVerdict> GetEnumerator()
        {
            enumerated();
            yield break;
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
