using MaskApi.Hosting.Options;
using MaskApi.Problems;
using Microsoft.Net.Http.Headers;

namespace MaskApi.Uploads;

/// <summary>Gets the one picture of a request out of whichever of the four ways it came in.</summary>
internal sealed class PictureReader(UploadBudget budget, LimitOptions limits, AdmissionOptions admission, TimeProvider time)
{
    /// <summary>Reads the picture that a request's body holds or names.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The caller's leaving.</param>
    /// <returns>The picture's bytes; dispose of them when the work is done.</returns>
    /// <exception cref="ProblemException">
    /// <c>image_missing</c>, <c>invalid_body</c>, <c>image_too_large</c>, <c>request_timeout</c>, <c>overloaded</c>, and those of fetching.
    /// </exception>
    public async Task<PictureBuffer> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ThrowIfEncoded(request);
        var contentType = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
        return await WithDeadlineAsync(ReadBodyAsync, cancellationToken);

        Task<PictureBuffer> ReadBodyAsync(CancellationToken token) => contentType switch
        {
            { MediaType.Value: { } type } when type.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) =>
                ReadFormAsync(request, contentType, token),
            { MediaType.Value: { } type } when type.Equals("application/json", StringComparison.OrdinalIgnoreCase) =>
                ReadJsonAsync(request, token),
            _ => ReadRawAsync(request, token),
        };
    }

    private async Task<PictureBuffer> ReadRawAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ThrowIfLonger(request, limits.MaxImageBytes);
        var picture = new PictureBuffer(budget, limits.MaxImageBytes, TooLarge);
        try
        {
            await picture.FillAsync(request.Body, request.ContentLength, cancellationToken);
            return picture.Bytes.Length > 0 ? picture : throw new ProblemException(ProblemKinds.ImageMissing, "The body is empty.");
        }
        catch
        {
            picture.Dispose();
            throw;
        }
    }

    private async Task<PictureBuffer> ReadFormAsync(
        HttpRequest request, MediaTypeHeaderValue contentType, CancellationToken cancellationToken)
    {
        var limit = limits.MaxImageBytes + FormFiles.Overhead;
        ThrowIfLonger(request, limit);
        var body = new LimitedStream(request.Body, limit, TooLarge);
        PictureBuffer? picture = null;
        try
        {
            await foreach (var file in FormFiles.ReadAsync(body, contentType, "image", cancellationToken))
            {
                if (picture is not null)
                {
                    throw new ProblemException(
                        ProblemKinds.InvalidBody, "The form has more than one file 'image'; several pictures go to /v1/detections/batch.");
                }

                picture = new PictureBuffer(budget, limits.MaxImageBytes, TooLarge);
                await picture.FillAsync(file.FileStream!, request.ContentLength, cancellationToken);
            }

            return picture switch
            {
                null => throw new ProblemException(ProblemKinds.ImageMissing, "The form has no file field 'image'."),
                { Bytes.Length: 0 } => throw new ProblemException(ProblemKinds.ImageMissing, "The file 'image' is empty."),
                _ => picture,
            };
        }
        catch
        {
            picture?.Dispose();
            throw;
        }
    }

    private async Task<PictureBuffer> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var limit = JsonBody.MaxBytes(limits.MaxImageBytes);
        ThrowIfLonger(request, limit);
        var body = new PictureBuffer(budget, limit, TooLarge);
        try
        {
            await body.FillAsync(request.Body, request.ContentLength, cancellationToken);
            var address = JsonBody.Parse(body);
            if (address is not null)
            {
                throw new ProblemException(ProblemKinds.UrlNotAllowed, "Fetching pictures by URL is turned off on this service.");
            }

            return body.Bytes.Length <= limits.MaxImageBytes ? body : throw TooLarge();
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private async Task<T> WithDeadlineAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(admission.UploadTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await read(either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ProblemException(
                ProblemKinds.RequestTimeout, $"The body was not complete after {admission.UploadTimeout.TotalSeconds:0.###} seconds.");
        }
        catch (Exception exception) when (FormFiles.IsMalformed(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw new ProblemException(ProblemKinds.InvalidBody, "The form is malformed or ends early.");
        }
    }

    private ProblemException TooLarge() =>
        new(ProblemKinds.ImageTooLarge, $"A picture may have at most {limits.MaxImageBytes} bytes.");

    private void ThrowIfLonger(HttpRequest request, long limit)
    {
        if (request.ContentLength > limit)
        {
            throw TooLarge();
        }
    }

    private static void ThrowIfEncoded(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(
                ProblemKinds.UnsupportedMediaType, "Compressed bodies (Content-Encoding) are not read; pictures are compressed already.");
        }
    }
}
