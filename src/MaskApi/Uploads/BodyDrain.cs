using MaskApi.Admission;
using Microsoft.AspNetCore.Http.Features;

namespace MaskApi.Uploads;

/// <summary>
/// After a refusal, keeps reading what its caller is still sending. Most clients read the response only then; a server that closes the
/// connection meanwhile resets it, and the refusal is lost.
/// </summary>
internal static class BodyDrain
{
    /// <summary>Bytes per read.</summary>
    private const int Part = 64 * 1024;

    private static readonly object _expected = new();

    /// <summary>Maximum bytes of a body that is read only to be discarded: twice the largest allowed.</summary>
    public static long MaxBytes(LimitOptions limits) => 2L * Math.Max(JsonBody.MaxBytes(limits.MaxImageBytes), limits.MaxBatchBytes);

    /// <summary>Notes that the body is being read, so that its sender is or will be sending it.</summary>
    public static void Expect(HttpContext context) => context.Items[_expected] = true;

    /// <summary>Reads the rest, within the time that an upload may take.</summary>
    public static async Task RunAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var request = context.Request;
        var most = MaxBytes(services.GetRequiredService<LimitOptions>());

        // A caller that still waits for 100 Continue (RFC 9110, section 10.1.1) will not send the body.
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
            || request.ContentLength > most || (request.Headers.Expect.Count > 0 && !context.Items.ContainsKey(_expected)))
        {
            return;
        }

        await context.Response.CompleteAsync();
        try
        {
            await ReadAsync(context, most);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or OutOfMemoryException)
        {
            // Too slow, too much, gone or no memory: the response is sent, and the server closes the connection.
        }
    }

    private static async Task ReadAsync(HttpContext context, long most)
    {
        var services = context.RequestServices;
        using var deadline = new CancellationTokenSource(
            services.GetRequiredService<AdmissionOptions>().UploadTimeout, services.GetRequiredService<TimeProvider>());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        var part = new byte[Part];
        int read;
        do
        {
            read = await context.Request.Body.ReadAsync(part, either.Token);
            most -= read;
        }
        while (read > 0 && most > 0);
    }
}
