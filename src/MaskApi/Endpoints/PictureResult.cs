using System.Buffers;

namespace MaskApi.Endpoints;

/// <summary>Answers a picture file, and frees it when it is sent.</summary>
/// <param name="file">The file; owned by this result.</param>
/// <param name="mediaType">Its media type.</param>
internal sealed class PictureResult(IMemoryOwner<byte> file, string mediaType) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using (file)
        {
            httpContext.Response.ContentType = mediaType;
            httpContext.Response.ContentLength = file.Memory.Length;
            await httpContext.Response.Body.WriteAsync(file.Memory, httpContext.RequestAborted);
        }
    }
}
