using System.Text.Json;
using MaskApi.Cli.Analysis;
using MaskApi.Cli.Streaming;

namespace MaskApi.Cli.Tests.Streaming;

public sealed class StreamTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    /// <summary>A JPEG in whose first segment lies another one, as thumbnails do.</summary>
    private static readonly byte[] _withThumbnail =
        [0xFF, 0xD8, 0xFF, 0xE1, 0, 8, 0xFF, 0xD8, 0xFF, 0xD9, 0, 0, 0xFF, 0xFF, 0xDA, 0, 2, 1, 0xFF, 0, 0xFF, 0xD0, 2, 0xFF, 0xFF, 0xD9];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void A_stream_is_cut_where_pictures_end(int chunk)
    {
        byte[] stream = [1, 0xFF, .. _withThumbnail, .. Portrait.Bytes, 0, .. _withThumbnail, .. Portrait.Bytes[..500]];
        var frames = new List<byte[]>();
        foreach (var frame in JpegSplitter.Split(new Chunks(stream, chunk)))
        {
            frames.Add(frame.ToArray());
        }

        Assert.Equal([_withThumbnail, Portrait.Bytes, _withThumbnail], frames);
    }

    [Fact]
    public void What_only_begins_like_a_picture_is_left_out()
    {
        byte[] stream = [0xFF, 0xD8, 1, 2, 3, 0xFF, 0xD8, 0xFF, 0xE1, 0, 0, .. Portrait.Bytes];
        var frames = new List<byte[]>();
        foreach (var frame in JpegSplitter.Split(new MemoryStream(stream)))
        {
            frames.Add(frame.ToArray());
        }

        Assert.Equal([Portrait.Bytes], frames);
    }

    [Fact]
    public async Task The_newest_frame_is_analyzed_and_the_others_are_counted()
    {
        // All frames arrive before the first is analyzed, so two lines are written: the first frame's and the last one's.
        using var analyzer = new Gate();
        var run = new FrameRun(analyzer, TimeProvider.System) { MinConfidence = 0.6f };
        using var output = new MemoryStream();
        var input = new Pipe([.. Enumerable.Repeat(_withThumbnail, 10)], analyzer);
        await run.RunAsync(input, output, _token);
        Assert.False(input.BlockedPool);

        var lines = System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonElement.Parse(line)).ToList();
        Assert.Equal([1L, 10L], lines.Select(static line => line.GetProperty("frame").GetInt64()));
        Assert.Equal(9, lines[0].GetProperty("lag").GetInt64());
        Assert.Equal(0, lines[1].GetProperty("lag").GetInt64());
        Assert.Equal(8, lines[1].GetProperty("dropped").GetInt64());
        Assert.Equal("10 frames, 2 analyzed, 8 dropped, 0 failed; maximum lag 9 frames", run.ToString());
    }

    /// <summary>Hands out so many bytes at a time.</summary>
    private sealed class Chunks(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(size, buffer.Length)]);
    }

    /// <summary>Hands out one frame at a time, the second while the first is being analyzed, and opens the gate at the end.</summary>
    private sealed class Pipe(byte[][] frames, Gate gate) : MemoryStream
    {
        private int _next;

        /// <summary>Whether a thread of the pool waited here, which the analysis then lacks.</summary>
        public bool BlockedPool { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            BlockedPool |= Thread.CurrentThread.IsThreadPoolThread;
            if (_next == 1)
            {
                gate.Entered.Wait(_token);
            }

            if (_next == frames.Length)
            {
                gate.Open();
                return 0;
            }

            frames[_next].CopyTo(buffer);
            return frames[_next++].Length;
        }
    }

    /// <summary>Judges nothing before the gate is open.</summary>
    private sealed class Gate : IPictureAnalyzer
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Entered => _entered.Task;

        public int Parallelism => 1;

        public void Open() => _open.TrySetResult();

        public async Task<PictureResult> AnalyzeAsync(string name, ReadOnlyMemory<byte> picture, CancellationToken cancellationToken)
        {
            _entered.TrySetResult();
            await _open.Task.WaitAsync(cancellationToken);
            return new PictureResult(name, 1, 1, []);
        }

        public void Dispose()
        {
        }
    }
}
