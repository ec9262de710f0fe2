using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MaskApi.Admission;
using MaskApi.Uploads;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MaskApi.Tests.Uploads;

/// <summary>A caller who sends the whole body before reading gets the answer, not a connection reset.</summary>
public sealed class BodyDrainTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/detections", "image/jpeg", 150, false, 413)]
    [InlineData("/v1/detections", "image/jpeg", 150, true, 413)]
    [InlineData("/v1/annotations", "application/json", 150, true, 413)]
    [InlineData("/v1/detections/batch", "multipart/form-data; boundary=b", 150, false, 413)]
    [InlineData("/v1/detections?maxFaces=0", "image/jpeg", 15, false, 400)]
    [InlineData("/v1/nothing", "image/jpeg", 15, false, 404)]
    public async Task The_answer_can_be_read_after_the_whole_body(string path, string type, int megabytes, bool chunked, int status)
    {
        await using var service = new Service();
        await service.ListenAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, service.ClientOptions.BaseAddress.Port, _token);
        var stream = socket.GetStream();
        const int part = 1024 * 1024;
        var length = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {megabytes * part}";
        var head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nConnection: close\r\n{length}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _token);
        var bytes = new byte[part];
        for (var i = 0; i < megabytes; i++)
        {
            if (chunked)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(part.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), _token);
            }

            await stream.WriteAsync(bytes, _token);
            if (chunked)
            {
                await stream.WriteAsync("\r\n"u8.ToArray(), _token);
            }
        }

        if (chunked)
        {
            await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), _token);
        }

        using var reader = new StreamReader(stream);
        Assert.StartsWith($"HTTP/1.1 {status} ", await reader.ReadToEndAsync(_token), StringComparison.Ordinal);
    }
    /// <summary>
    /// A caller that waits for 100 Continue has got it when the body was read, and sends all of it; else it sends nothing, and what comes
    /// next on its connection is another request.
    /// </summary>
    [Theory]
    [InlineData(false, false, 3000)]
    [InlineData(true, false, 0)]
    [InlineData(true, true, 3000)]
    public async Task Only_a_body_that_will_come_is_waited_for(bool waits, bool isAsked, int read)
    {
        var context = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection()
                .AddSingleton(new LimitOptions())
                .AddSingleton(new AdmissionOptions())
                .AddSingleton(TimeProvider.System)
                .BuildServiceProvider(),
        };
        if (waits)
        {
            context.Request.Headers.Expect = "100-continue";
        }

        context.Request.Body = new MemoryStream(new byte[4000]);
        if (isAsked)
        {
            var body = new LimitedStream(context.Request, 5000, () => throw new InvalidOperationException());
            Assert.Equal(1000, await body.ReadAsync(new byte[1000], _token));
        }
        else
        {
            context.Request.Body.Position = 1000;
        }

        await BodyDrain.RunAsync(context);
        Assert.Equal(1000 + read, context.Request.Body.Position);
    }
}
