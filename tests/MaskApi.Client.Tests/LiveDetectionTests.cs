using System.Threading.Channels;

namespace MaskApi.Client.Tests;

/// <summary>Detection on live camera frames.</summary>
public sealed class LiveDetectionTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_the_newest_frame_is_sent_and_never_more_than_one()
    {
        var client = new Gate();
        var camera = Channel.CreateUnbounded<Picture>();
        Picture[] frames = [.. Enumerable.Range(0, 5).Select(static i => Picture.FromBytes(new[] { (byte)i }))];
        var answers = LiveDetection.DetectNewestAsync(client, Frames(), cancellationToken: _token).GetAsyncEnumerator(_token);

        await camera.Writer.WriteAsync(frames[0], _token);
        var first = answers.MoveNextAsync().AsTask();
        Assert.Same(frames[0], await client.Calls.Reader.ReadAsync(_token));
        foreach (var frame in frames[1..])
        {
            await camera.Writer.WriteAsync(frame, _token);
            await _seen.Reader.ReadAsync(_token);
        }

        camera.Writer.Complete();
        Assert.False(client.Calls.Reader.TryRead(out _));
        client.Answers.Writer.TryWrite(null);
        Assert.True(await first);

        // The service is too busy for the newest frame: it is dropped, and nothing older is sent in its place.
        var second = answers.MoveNextAsync().AsTask();
        Assert.Same(frames[4], await client.Calls.Reader.ReadAsync(_token));
        client.Answers.Writer.TryWrite((ServiceBusyException)MaskApiException.For(
            new Problem { Code = ProblemCodes.Overloaded, Status = 429, Title = "Busy" }, TimeSpan.Zero));
        Assert.False(await second);
        Assert.False(client.Calls.Reader.TryRead(out _));
        await answers.DisposeAsync();

        async IAsyncEnumerable<Picture> Frames()
        {
            await foreach (var frame in camera.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return frame;
                if (frame != frames[0])
                {
                    // The consumer asked for the next frame, so it has taken this one.
                    _seen.Writer.TryWrite(frame);
                }
            }
        }
    }

    [Fact]
    public async Task Camera_errors_reach_the_caller()
    {
        var answers = LiveDetection.DetectNewestAsync(new Gate(), Broken(), cancellationToken: _token).GetAsyncEnumerator(_token);
        await Assert.ThrowsAsync<InvalidDataException>(() => answers.MoveNextAsync().AsTask());

        static async IAsyncEnumerable<Picture> Broken()
        {
            yield return await Task.FromException<Picture>(new InvalidDataException("no camera"));
        }
    }

    private readonly Channel<Picture> _seen = Channel.CreateUnbounded<Picture>();

    /// <summary>A service that answers on command.</summary>
    private sealed class Gate : IMaskApiClient
    {
        private static readonly Detection _detection = new()
        {
            Image = new ImageFacts(1, 1, "png"),
            Faces = [],
            Summary = new FaceSummary(0, 0, 0, 0),
            Timings = new Timings(0, 0, 0, 0),
        };

        public Channel<Picture> Calls { get; } = Channel.CreateUnbounded<Picture>();

        public Channel<Exception?> Answers { get; } = Channel.CreateUnbounded<Exception?>();

        public async Task<Detection> DetectAsync(Picture picture, DetectionOptions? options, CancellationToken cancellationToken)
        {
            Assert.Equal(DetectionDetail.Fast, options?.Detail);
            Calls.Writer.TryWrite(picture);
            return await Answers.Reader.ReadAsync(cancellationToken) is { } failure ? throw failure : _detection;
        }

        public Task<IReadOnlyList<BatchResult>> DetectBatchAsync(
            IEnumerable<KeyValuePair<string, Picture>> pictures, DetectionOptions? options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<AnnotatedPicture> AnnotateAsync(
            Picture picture, DetectionOptions? options, AnnotationFormat format, Redaction? redaction,
            CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
