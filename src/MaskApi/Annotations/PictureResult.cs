using System.Buffers;
using MaskApi.Admission;
using MaskApi.Observability;
using MaskApi.Problems;
using MaskApi.Uploads;

namespace MaskApi.Annotations;

/// <summary>
/// Sends a picture file and frees it afterwards. Until then it occupies memory, so it has a share of the budget and a time limit: callers
/// who hardly read would otherwise hold as much as they like.
/// </summary>
/// <param name="file">The file; owned by this result.</param>
/// <param name="share">The file's share of the budget; owned by this result.</param>
/// <param name="mediaType">Its media type.</param>
internal sealed class PictureResult(IMemoryOwner<byte> file, UploadBudget.Share share, string mediaType) : IResult
{
    /// <summary>Bytes handed to the server at once: it copies what it gets before it waits for the caller to read.</summary>
    private const int Part = 64 * 1024;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using (share)
        using (file)
        {
            var services = httpContext.RequestServices;
            var timeout = services.GetRequiredService<AdmissionOptions>().DownloadTimeout;
            using var deadline = new CancellationTokenSource(timeout, services.GetRequiredService<TimeProvider>());
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, httpContext.RequestAborted);
            httpContext.Response.ContentType = mediaType;
            httpContext.Response.ContentLength = file.Memory.Length;
            try
            {
                await WriteAsync(httpContext.Response.Body, either.Token);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                // The response has started, so it can only be aborted.
                RequestFacts.Of(httpContext).ProblemCode = ProblemMiddleware.ClientLeft;
                httpContext.Abort();
            }
        }
    }

    private async Task WriteAsync(Stream body, CancellationToken cancellationToken)
    {
        for (var rest = (ReadOnlyMemory<byte>)file.Memory; !rest.IsEmpty; rest = rest[Math.Min(Part, rest.Length)..])
        {
            await body.WriteAsync(rest[..Math.Min(Part, rest.Length)], cancellationToken);
        }
    }
}
