using System.Buffers;
using System.Globalization;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Vision.Imaging;

/// <summary>
/// An image file that the codec has accepted and whose header is within limits. Opening is not free: the codec reads all metadata before
/// the header. So a file is opened once and handed on from whoever asks for its size to whoever decodes it. Not thread-safe.
/// </summary>
public sealed unsafe class ImageFile : IDisposable
{
    private readonly ReadOnlyMemory<byte> _file;
    private readonly MemoryHandle _pin;
    private readonly SKData _data;
    private readonly SKImageInfo _info;
    private SKCodec? _codec;

    private ImageFile(ReadOnlyMemory<byte> encoded, DecodeLimits limits)
    {
        var format = ImageSniffer.Identify(encoded.Span);

        // Checked first, because these files are already expensive while the codec looks for the header.
        if (Refusal(format, encoded.Span) is { } refusal)
        {
            throw new ImageRejectedException(ImageRejection.Undecodable, refusal);
        }

        _file = encoded;
        _pin = encoded.Pin();
        _data = SKData.Create((nint)_pin.Pointer, encoded.Length);
        try
        {
            _codec = SKCodec.Create(_data) ?? throw Broken();
            _info = _codec.Info;
            Header = ToHeader(format, encoded.Span, _codec);
            CheckLimits(Header, limits);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The header.</summary>
    public ImageHeader Header { get; }

    /// <summary>Peak memory of decoding in bytes, including the picture. Files that must be decoded as a whole take more.</summary>
    public long PeakMemory => DecodingMemory.Peak(_file.Span, Header);

    /// <summary>Reads the header and checks it against the limits; decodes and allocates no pixel.</summary>
    /// <param name="encoded">The file; must not change until this is disposed.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <exception cref="ImageRejectedException">The file is not a supported picture, or exceeds the limits.</exception>
    public static ImageFile Open(ReadOnlyMemory<byte> encoded, DecodeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new ImageFile(encoded, limits);
    }

    /// <summary>Decodes the first frame: upright, in sRGB, composited on white where transparent.</summary>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <returns>The picture, owned by the caller.</returns>
    /// <exception cref="ImageRejectedException">Pixels are missing or cannot be converted to RGB.</exception>
    public Raster Decode(CancellationToken cancellationToken) => Decode(1, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _codec?.Dispose();
        _data.Dispose();
        _pin.Dispose();
    }

    /// <summary>Decodes at a fraction of the size.</summary>
    /// <param name="reduction">1, 2, 4 or 8; only a JPEG can be reduced. Sides are rounded up.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <returns>The picture, owned by the caller.</returns>
    /// <exception cref="ImageRejectedException">As for decoding in full.</exception>
    internal Raster Decode(int reduction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var stored = DecodeStored(reduction, cancellationToken);
        if (Header.Orientation == ExifOrientation.TopLeft)
        {
            return stored;
        }

        using (stored)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return OrientationTransform.Apply(stored, Header.Orientation);
        }
    }

    /// <summary>Decodes the pixels as stored, before they are oriented.</summary>
    private Raster DecodeStored(int reduction, CancellationToken cancellationToken)
    {
        if (reduction != 1 && Header.Format != ImageFormat.Jpeg)
        {
            throw new ArgumentOutOfRangeException(
                nameof(reduction), reduction, $"A {Header.Format} cannot be decoded at a fraction of its size.");
        }

        var raster = new Raster(Reduced(_info.Width, reduction), Reduced(_info.Height, reduction), Header.Format);
        try
        {
            if (Header.Format == ImageFormat.Jpeg)
            {
                DecodeJpeg(raster, reduction, cancellationToken);
            }
            else
            {
                DecodeBySkia(_data, raster, 1);
            }

            if (Header.Format == ImageFormat.Bmp && BmpHeader.Alpha(_file.Span, raster.Width, raster.Height) is { } alpha)
            {
                Transparency.SetAlpha(alpha, _file.Span, raster);
                Transparency.CompositeOnWhite(raster.Pixels);
            }
            else if (_info.AlphaType != SKAlphaType.Opaque)
            {
                Transparency.CompositeOnWhite(raster.Pixels);
            }

            return raster;
        }
        catch
        {
            raster.Dispose();
            throw;
        }
    }

    private void DecodeJpeg(Raster raster, int reduction, CancellationToken cancellationToken)
    {
        var file = _file.Span;
        if (!JpegStructure.HasEveryComponent(file))
        {
            throw Broken();
        }

        // Otherwise colors must be converted as well, which only SkiaSharp does.
        if (_info.ColorSpace is { IsSrgb: true } && JpegProfile.IsSrgb(file) && TurboJpeg.TryDecode(file, raster))
        {
            return;
        }

        // SkiaSharp does not report missing data or invalid codes; it fills in gray.
        if (JpegScans.Check(file, out var lastByte, cancellationToken) == JpegScans.Finding.Broken)
        {
            throw Broken();
        }

        if (lastByte is not { } end)
        {
            DecodeBySkia(_data, raster, reduction);
            return;
        }

        // The end of image (EOI) is missing, and SkiaSharp would take the file for truncated.
        using var completed = SKData.Create(end + 2);
        file[..end].CopyTo(completed.Span);
        completed.Span[end] = 0xFF;
        completed.Span[end + 1] = 0xD9;
        _codec?.Dispose();
        _codec = null;
        DecodeBySkia(completed, raster, reduction);
    }

    private void DecodeBySkia(SKData data, Raster raster, int reduction)
    {
        // Free the codec and its copy of the picture before the caller makes a second one.
        using var codec = _codec ?? SKCodec.Create(data) ?? throw Broken();
        _codec = null;
        var size = reduction == 1 ? codec.Info.Size : codec.GetScaledDimensions(1f / reduction);
        if (size.Width != raster.Width || size.Height != raster.Height)
        {
            throw new ArgumentOutOfRangeException(
                nameof(reduction), reduction, $"A {Header.Format} cannot be decoded at that fraction of its size.");
        }

        // Keep alpha apart from color: asked to premultiply, the codec does so twice for a converted palette.
        using var srgb = SKColorSpace.CreateSrgb();
        var alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, alpha, srgb);
        var result = codec.GetPixels(info, raster.Address, raster.Stride, new SKCodecOptions(0));
        switch (result)
        {
            case SKCodecResult.Success:
                break;
            case SKCodecResult.InvalidConversion:
                throw new ImageRejectedException(
                    ImageRejection.Undecodable, "The picture's color model cannot be converted to RGB. Send it as an RGB picture.");
            case SKCodecResult.InternalError:
                throw OutOfMemory();
            default:
                // Codecs that run out of memory call the input invalid too.
                codec.Dispose();
                if (result == SKCodecResult.InvalidInput && !PixelMemory.CanRent(PeakMemory - raster.Pixels.Length))
                {
                    throw OutOfMemory();
                }

                // IncompleteInput and ErrorInInput come with a picture whose missing part is gray or white. A face may be in that part, so
                // half an answer would be a wrong one.
                throw Broken();
        }
    }

    private static int Reduced(int side, int reduction) => (side + reduction - 1) / reduction;

    private static string? Refusal(ImageFormat format, ReadOnlySpan<byte> file) => format switch
    {
        ImageFormat.Jpeg => JpegStructure.Unsupported(file),
        ImageFormat.Bmp => BmpHeader.Unread(file),
        ImageFormat.Png when PngText.ExceedsLimit(file) =>
            string.Create(CultureInfo.InvariantCulture, $"The PNG has more than {PngText.Limit} bytes of text."),
        _ => null,
    };

    private InsufficientMemoryException OutOfMemory() =>
        new($"There is not enough memory to decode a picture of {Header.Width}×{Header.Height}.");

    private static ImageRejectedException Broken() =>
        new(ImageRejection.Undecodable, "The picture is truncated or corrupt.");

    private static ImageHeader ToHeader(ImageFormat format, ReadOnlySpan<byte> file, SKCodec codec)
    {
        var orientation = format switch
        {
            ImageFormat.Png => ExifBlock.OfPng(file),
            ImageFormat.Webp => ExifBlock.OfWebp(file),
            _ => (ExifOrientation)codec.EncodedOrigin,
        };
        if (!Enum.IsDefined(orientation))
        {
            orientation = ExifOrientation.TopLeft;
        }

        var (width, height) = (codec.Info.Width, codec.Info.Height);
        return OrientationTransform.SwapsSides(orientation)
            ? new ImageHeader(format, height, width, orientation)
            : new ImageHeader(format, width, height, orientation);
    }

    private static void CheckLimits(ImageHeader header, DecodeLimits limits)
    {
        if (header.Pixels > limits.MaxPixels)
        {
            throw new ImageRejectedException(
                ImageRejection.TooManyPixels,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The picture is {header.Width}×{header.Height}, {header.Pixels} pixels; the limit is {limits.MaxPixels}."));
        }

        if (Math.Min(header.Width, header.Height) < limits.MinSide)
        {
            throw new ImageRejectedException(
                ImageRejection.TooSmall,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The picture is {header.Width}×{header.Height}; each side must be at least {limits.MinSide} pixels."));
        }
    }
}
