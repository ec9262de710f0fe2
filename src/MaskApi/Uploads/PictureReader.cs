using MaskApi.Admission;
using MaskApi.Detections;
using MaskApi.Fetching;
using MaskApi.Problems;

namespace MaskApi.Uploads;

/// <summary>Reads the pictures of a request, however they were sent.</summary>
internal sealed class PictureReader(
    UploadBudget budget, LimitOptions limits, AdmissionOptions admission, RemotePictures remote, TimeProvider time)
{
    /// <summary>Reads the picture that a request's body holds or names.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The caller's leaving.</param>
    /// <returns>The picture's bytes; dispose of them when the work is done.</returns>
    /// <exception cref="ProblemException"><c>image_missing</c>, <c>invalid_body</c>, <c>image_too_large</c>, <c>request_timeout</c>,
    /// <c>overloaded</c>, and those of fetching.</exception>
    public async Task<PictureBuffer> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ThrowIfCompressed(request);
        var type = MediaType(request);
        if (IsForm(type))
        {
            return await WithDeadlineAsync(token => ReadFormAsync(request, token), cancellationToken);
        }

        var (picture, address) = await WithDeadlineAsync(token => ReadBodyAsync(request, type, token), cancellationToken);
        if (address is null)
        {
            return picture;
        }

        picture.Dispose();
        return await remote.FetchAsync(address, cancellationToken);
    }

    /// <summary>Reads a form with several pictures.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The caller's leaving.</param>
    /// <returns>The pictures in their order; dispose of the list when the work is done.</returns>
    /// <exception cref="ProblemException">
    /// <c>image_missing</c>, <c>invalid_body</c>, <c>batch_too_large</c>, <c>request_timeout</c> or <c>overloaded</c>.
    /// </exception>
    public Task<PictureBatch> ReadBatchAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ThrowIfCompressed(request);
        return IsForm(MediaType(request))
            ? WithDeadlineAsync(token => ReadFormBatchAsync(request, token), cancellationToken)
            : throw new ProblemException(ProblemKinds.InvalidBody, "A batch is a form (multipart/form-data) of files 'images'.");
    }

    /// <summary>Reads a body that is not a form: a picture, JSON, or base64. The content decides if the type does not.</summary>
    private async Task<(PictureBuffer Picture, string? Address)> ReadBodyAsync(
        HttpRequest request, string type, CancellationToken cancellationToken)
    {
        // Text with a tool's default type is read as what it plainly is. Only text may exceed the size of the picture in it.
        var isText = BodyText.IsJson(type) || BodyText.IsUnspecific(type);
        var limit = isText ? JsonBody.MaxBytes(limits.MaxImageBytes) : limits.MaxImageBytes;
        ThrowIfLonger(request, limit, ImageTooLarge);
        var body = new PictureBuffer(budget, limit, ImageTooLarge);
        try
        {
            await body.FillAsync(new LimitedStream(request, limit, ImageTooLarge), request.ContentLength, cancellationToken);
            string? address = null;
            if (BodyText.IsJson(type) || (isText && JsonBody.Is(body.Bytes.Span)))
            {
                address = JsonBody.Parse(body);
            }
            else if (body.Bytes.IsEmpty)
            {
                throw new ProblemException(ProblemKinds.ImageMissing, "The body is empty.");
            }
            else if (isText && Base64Text.Is(body.Bytes.Span) && !BodyText.IsFormEncoded(body.Bytes.Span))
            {
                Base64Text.Decode(body, ..);
            }
            else if (BodyText.WhatToSend(body.Bytes.Span) is { } advice)
            {
                throw new ProblemException(ProblemKinds.InvalidBody, advice);
            }

            return address is not null || body.Bytes.Length <= limits.MaxImageBytes ? (body, address) : throw ImageTooLarge();
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private async Task<PictureBuffer> ReadFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // As text, a picture is a third longer; only its content says whether it is text.
        var ofText = JsonBody.MaxBytes(limits.MaxImageBytes) - limits.MaxImageBytes;
        var limit = limits.MaxImageBytes + (long)FormFiles.Overhead;
        ThrowIfLonger(request, limit + ofText, ImageTooLarge);
        var body = new LimitedStream(request, limit, ImageTooLarge);
        PictureBuffer? picture = null;
        try
        {
            await foreach (var file in FormFiles.ReadAsync(body, request.ContentType!, "image", cancellationToken))
            {
                if (picture is not null)
                {
                    throw new ProblemException(
                        ProblemKinds.InvalidBody, "The form has more than one part 'image'; several pictures go to /v1/detections/batch.");
                }

                body.Raise(file.FileName is null ? ofText : 0);
                picture = BufferFor(file);
                await FillAsync(picture, file, request.ContentLength, cancellationToken);
            }

            return picture switch
            {
                null => throw new ProblemException(ProblemKinds.ImageMissing, "The form has no part named 'image'."),
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

    private async Task<PictureBatch> ReadFormBatchAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ThrowIfLonger(request, limits.MaxBatchBytes, BatchTooLarge);
        var body = new LimitedStream(request, limits.MaxBatchBytes, BatchTooLarge);
        var batch = new PictureBatch();
        try
        {
            await foreach (var file in FormFiles.ReadAsync(body, request.ContentType!, "images", cancellationToken))
            {
                if (batch.Count == limits.MaxBatchImages)
                {
                    throw new ProblemException(ProblemKinds.BatchTooLarge, $"A batch may hold at most {limits.MaxBatchImages} pictures.");
                }

                var picture = BufferFor(file);
                await batch.AddAsync(file.FileName ?? file.Field, picture, () => FillAsync(picture, file, null, cancellationToken));
            }

            return batch.Count > 0 ? batch : throw new ProblemException(ProblemKinds.ImageMissing, "The form has no part named 'images'.");
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    // A part without a file name may be text, which is longer than its picture.
    private PictureBuffer BufferFor(FormFile file) => new(
        budget, file.FileName is null ? JsonBody.MaxBytes(limits.MaxImageBytes) : limits.MaxImageBytes, ImageTooLarge);

    private async Task FillAsync(PictureBuffer picture, FormFile file, long? expected, CancellationToken cancellationToken)
    {
        await picture.FillAsync(file.Content, expected, cancellationToken);
        if (Base64Text.Is(picture.Bytes.Span))
        {
            Base64Text.Decode(picture, ..);
        }

        if (picture.Bytes.Length > limits.MaxImageBytes)
        {
            throw ImageTooLarge();
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

    /// <summary>The media type without parameters; empty if none was sent.</summary>
    private static string MediaType(HttpRequest request) => request.ContentType?.Split(';')[0].Trim() ?? string.Empty;

    private static bool IsForm(string type) => type.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

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
                ProblemKinds.UnsupportedMediaType,
                "Compressed bodies (Content-Encoding) are not supported; pictures are already compressed.");
        }
    }
}
