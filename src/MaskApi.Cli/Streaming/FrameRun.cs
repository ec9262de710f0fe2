using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using MaskApi.Cli.Analysis;
using MaskApi.Cli.Results;

namespace MaskApi.Cli.Streaming;

/// <summary>Analyzes a camera's frames, always the newest. Frames that arrive meanwhile replace each other.</summary>
/// <param name="analyzer">Analyzes them.</param>
/// <param name="time">The clock.</param>
internal sealed class FrameRun(IPictureAnalyzer analyzer, TimeProvider time)
{
    private long _received;
    private long _dropped;
    private long _analyzed;
    private long _maxLag;

    /// <summary>A verdict less sure than this is uncertain, 0.5–1.</summary>
    public required float MinConfidence { get; init; }

    /// <summary>Whether to add the key points.</summary>
    public bool Landmarks { get; init; }

    /// <summary>Frames that failed.</summary>
    public long Failed { get; private set; }

    /// <summary>Reads frames until the stream ends, and writes a line of JSON for each that is analyzed.</summary>
    /// <param name="input">JPEGs one after another.</param>
    /// <param name="output">Where the lines go.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public async Task RunAsync(Stream input, Stream output, CancellationToken cancellationToken)
    {
        var newest = Channel.CreateBounded<Frame>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true },
            _ => Interlocked.Increment(ref _dropped));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // A thread of its own waits for the camera. A console's asynchronous reads block a thread of the pool, and on one
        // processor that may be the only one: frames would be dropped with nothing to do.
        var reading = Task.Factory.StartNew(
            () => Read(input, newest.Writer, end.Token),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            await foreach (var frame in newest.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                var result = await analyzer.AnalyzeAsync(Name(frame.Number), frame.Picture, cancellationToken).ConfigureAwait(false);
                await WriteAsync(output, frame, result).ConfigureAwait(false);
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
        }

        await reading.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_received} frames, {_analyzed} analyzed, {_dropped} dropped, {Failed} failed; maximum lag {_maxLag} frames");

    private void Read(Stream input, ChannelWriter<Frame> frames, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            foreach (var picture in JpegSplitter.Split(input))
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    break;
                }

                frames.TryWrite(new Frame(Interlocked.Increment(ref _received), time.GetUtcNow(), picture));
            }
        }
        catch (IOException exception)
        {
            failure = exception;
        }

        frames.TryComplete(failure);
    }

    private async Task WriteAsync(Stream output, Frame frame, PictureResult result)
    {
        _analyzed++;
        Failed += result.Failure is null ? 0 : 1;
        var lag = Interlocked.Read(ref _received) - frame.Number;
        _maxLag = Math.Max(_maxLag, lag);
        var line = new FrameResult
        {
            Frame = frame.Number,
            Time = frame.Time,
            Lag = lag,
            Dropped = Interlocked.Read(ref _dropped),
            ImageWidth = result.Failure is null ? result.Width : null,
            ImageHeight = result.Failure is null ? result.Height : null,
            Faces = result.Failure is null ? [.. ResultRow.Of(result, MinConfidence, Landmarks).Where(static row => row.Face > 0)] : null,
            Error = result.Failure?.Code,
        };
        await output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, ResultJson.Readable.FrameResult)).ConfigureAwait(false);
        await output.WriteAsync("\n"u8.ToArray()).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
    }

    private static string Name(long number) => number.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Frame(long Number, DateTimeOffset Time, ReadOnlyMemory<byte> Picture);
}
