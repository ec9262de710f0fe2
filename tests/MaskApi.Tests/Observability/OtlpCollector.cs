using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace MaskApi.Tests.Observability;

/// <summary>
/// A collector that accepts OTLP over gRPC and records what arrives. Field numbers are those of opentelemetry-proto
/// 1.x (trace.proto, metrics.proto, common.proto); there is no package with the generated classes.
/// </summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Span> _spans = [];
    private readonly ConcurrentQueue<string> _metrics = [];

    private OtlpCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        _app = builder.Build();
        _app.MapPost(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export", (HttpContext context) => ReceiveAsync(context, ReadSpans));
        _app.MapPost(
            "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", (HttpContext context) => ReceiveAsync(context, ReadMetrics));
    }

    /// <summary>Address of the collector.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>The spans so far.</summary>
    public IReadOnlyCollection<Span> Spans => _spans;

    /// <summary>The names of the metrics so far.</summary>
    public IReadOnlyCollection<string> Metrics => _metrics;

    public static async Task<OtlpCollector> StartAsync()
    {
        var collector = new OtlpCollector();
        await collector._app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task ReceiveAsync(HttpContext context, Action<ReadOnlyMemory<byte>> read)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var framed = body.ToArray();

        // gRPC over HTTP/2: compression flag (1 byte), length (4 bytes), message; the answer here is an empty message.
        Assert.Equal(0, framed[0]);
        read(framed.AsMemory(5, BinaryPrimitives.ReadInt32BigEndian(framed.AsSpan(1))));
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private void ReadSpans(ReadOnlyMemory<byte> request)
    {
        foreach (var resource in Fields(request, 1))
        {
            var service = Attributes(Fields(resource, 1).Single(), 1)["service.name"];
            foreach (var span in Fields(resource, 2).SelectMany(static scope => Fields(scope, 2)))
            {
                _spans.Enqueue(new Span(
                    service,
                    Text(Fields(span, 5).Single()),
                    Convert.ToHexStringLower(Fields(span, 1).Single().Span),
                    Convert.ToHexStringLower(Fields(span, 2).Single().Span),
                    Convert.ToHexStringLower(Fields(span, 4).SingleOrDefault().Span),
                    Attributes(span, 9)));
            }
        }
    }

    private void ReadMetrics(ReadOnlyMemory<byte> request)
    {
        var metrics = Fields(request, 1).SelectMany(static resource => Fields(resource, 2)).SelectMany(static scope => Fields(scope, 2));
        foreach (var metric in metrics)
        {
            _metrics.Enqueue(Text(Fields(metric, 1).Single()));
        }
    }

    /// <summary>The attributes with string values.</summary>
    private static Dictionary<string, string> Attributes(ReadOnlyMemory<byte> message, int field) => Fields(message, field)
        .Select(static pair => (Key: Text(Fields(pair, 1).Single()), Value: Fields(Fields(pair, 2).Single(), 1).ToList()))
        .Where(static pair => pair.Value.Count == 1)
        .ToDictionary(static pair => pair.Key, static pair => Text(pair.Value[0]));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>Every occurrence of a length-delimited field of a Protocol Buffers message.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int number)
    {
        var at = 0;
        while (at < message.Length)
        {
            var tag = Varint();
            switch (tag & 7)
            {
                case 0:
                    Varint();
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint();
                    if (tag >> 3 == (ulong)number)
                    {
                        yield return message.Slice(at, length);
                    }

                    at += length;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Unknown wire type {tag & 7}.");
            }
        }

        ulong Varint()
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var next = message.Span[at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
        }
    }

    /// <summary>The parts of a span that the tests need.</summary>
    internal sealed record Span(
        string Service, string Name, string Trace, string Id, string Parent, IReadOnlyDictionary<string, string> Attributes);
}
