using MaskApi.Admission;
using MaskApi.Detections;
using MaskApi.Fetching;
using MaskApi.Problems;
using Microsoft.Net.Http.Headers;

namespace MaskApi.Uploads;

/// <summary>Gets the pictures of a request out of whichever way they came in.</summary>
internal sealed class PictureReader(
    UploadBudget budget, LimitOptions limits, AdmissionOptions admission, RemotePictures remote, TimeProvider time)
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
        ThrowIfCompressed(request);
        var contentType = ContentType(request);
        if (IsForm(contentType))
        {
            return await WithDeadlineAsync(token => ReadFormAsync(request, contentType!, token), cancellationToken);
        }

        if (!contentType?.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) ?? true)
        {
            return await WithDeadlineAsync(token => ReadRawAsync(request, token), cancellationToken);
        }

        var (picture, address) = await WithDeadlineAsync(token => ReadJsonAsync(request, token), cancellationToken);
        if (address is null)
        {
            return picture;
        }

        picture.Dispose();
        return await remote.FetchAsync(address, cancellationToken);
    }

    /// <summary>Reads a form of several pictures.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The caller's leaving.</param>
    /// <returns>The pictures in their order; dispose of the list when the work is done.</returns>
    /// <exception cref="ProblemException">
    /// <c>image_missing</c>, <c>invalid_body</c>, <c>batch_too_large</c>, <c>request_timeout</c> or <c>overloaded</c>.
    /// </exception>
    public Task<PictureBatch> ReadBatchAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ThrowIfCompressed(request);
        var contentType = ContentType(request);
        return IsForm(contentType)
            ? WithDeadlineAsync(token => ReadBatchAsync(request, contentType!, token), cancellationToken)
            : throw new ProblemException(ProblemKinds.InvalidBody, "A batch is a form (multipart/form-data) of files 'images'.");
    }

    private async Task<PictureBuffer> ReadRawAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ThrowIfLonger(request, limits.MaxImageBytes, ImageTooLarge);
        var picture = new PictureBuffer(budget, limits.MaxImageBytes, ImageTooLarge);
        try
        {
            await picture.FillAsync(request.Body, request.ContentLength, cancellationToken);
            return picture.Bytes.IsEmpty ? throw new ProblemException(ProblemKinds.ImageMissing, "The body is empty.") : picture;
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
        ThrowIfLonger(request, limit, ImageTooLarge);
        var body = new LimitedStream(request.Body, limit, ImageTooLarge);
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

                picture = new PictureBuffer(budget, limits.MaxImageBytes, ImageTooLarge);
                await picture.FillAsync(file.FileStream!, request.ContentLength, cancellationToken);
            }

            return picture switch
            {
                null => throw new ProblemException(ProblemKinds.ImageMissing, "The form has no file field 'image'."),
                { Bytes.IsEmpty: true } => throw new ProblemException(ProblemKinds.ImageMissing, "The file 'image' is empty."),
                _ => picture,
            };
        }
        catch
        {
            picture?.Dispose();
            throw;
        }
    }

    private async Task<(PictureBuffer Picture, string? Address)> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var limit = JsonBody.MaxBytes(limits.MaxImageBytes);
        ThrowIfLonger(request, limit, ImageTooLarge);
        var body = new PictureBuffer(budget, limit, ImageTooLarge);
        try
        {
            await body.FillAsync(request.Body, request.ContentLength, cancellationToken);
            var address = JsonBody.Parse(body);
            return address is not null || body.Bytes.Length <= limits.MaxImageBytes ? (body, address) : throw ImageTooLarge();
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private async Task<PictureBatch> ReadBatchAsync(
        HttpRequest request, MediaTypeHeaderValue contentType, CancellationToken cancellationToken)
    {
        ThrowIfLonger(request, limits.MaxBatchBytes, BatchTooLarge);
        var body = new LimitedStream(request.Body, limits.MaxBatchBytes, BatchTooLarge);
        var batch = new PictureBatch();
        try
        {
            await foreach (var file in FormFiles.ReadAsync(body, contentType, "images", cancellationToken))
            {
                if (batch.Count == limits.MaxBatchImages)
                {
                    throw new ProblemException(ProblemKinds.BatchTooLarge, $"A batch may hold at most {limits.MaxBatchImages} pictures.");
                }

                var picture = new PictureBuffer(budget, limits.MaxImageBytes, ImageTooLarge);
                await batch.AddAsync(file.FileName, picture, file.FileStream!, cancellationToken);
            }

            return batch.Count > 0 ? batch : throw new ProblemException(ProblemKinds.ImageMissing, "The form has no file field 'images'.");
        }
        catch
        {
            batch.Dispose();
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

    private ProblemException ImageTooLarge() =>
        new(ProblemKinds.ImageTooLarge, $"A picture may have at most {limits.MaxImageBytes} bytes.");

    private ProblemException BatchTooLarge() =>
        new(ProblemKinds.BatchTooLarge, $"A batch may have at most {limits.MaxBatchBytes} bytes.");

    private static MediaTypeHeaderValue? ContentType(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;

    private static bool IsForm(MediaTypeHeaderValue? contentType) =>
        contentType?.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) ?? false;

    private static void ThrowIfLonger(HttpRequest request, long limit, Func<ProblemException> tooLarge)
    {
        if (request.ContentLength > limit)
        {
            throw tooLarge();
        }
    }

    private static void ThrowIfCompressed(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding
            && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(
                ProblemKinds.UnsupportedMediaType, "Compressed bodies (Content-Encoding) are not read; pictures are compressed already.");
        }
    }
}
