using MaskApi.Admission;
using Microsoft.AspNetCore.Http.Features;

namespace MaskApi.Uploads;

/// <summary>
/// Reads on, after a refusal has been sent, what its caller is still sending. Most clients read the answer only then; a server that
/// closes the connection meanwhile resets it, and the refusal is lost.
/// </summary>
internal static class BodyDrain
{
    /// <summary>Bytes read at once.</summary>
    private const int Part = 64 * 1024;

    /// <summary>Most bytes of a body, of which a part may be read only to be thrown away: twice what the largest may have.</summary>
    public static long MaxBytes(LimitOptions limits) => 2L * Math.Max(JsonBody.MaxBytes(limits.MaxImageBytes), limits.MaxBatchBytes);

    /// <summary>Reads the rest, within the time that an upload may take.</summary>
    public static async Task RunAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var request = context.Request;
        var most = MaxBytes(services.GetRequiredService<LimitOptions>());

        // Who waits to be asked for the body (RFC 9110, section 10.1.1) will not send it any more.
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
            || request.ContentLength > most || request.Headers.Expect.Count > 0)
        {
            return;
        }

        await context.Response.CompleteAsync();
        using var deadline = new CancellationTokenSource(
            services.GetRequiredService<AdmissionOptions>().UploadTimeout, services.GetRequiredService<TimeProvider>());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        var part = new byte[Part];
        try
        {
            int read;
            do
            {
                read = await request.Body.ReadAsync(part, either.Token);
                most -= read;
            }
            while (read > 0 && most > 0);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Too slow, too much or gone: the answer is sent, and the server closes the connection.
        }
    }
}
