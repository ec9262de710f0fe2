using System.Globalization;
using MaskApi.Vision.Imaging.Formats;
using SkiaSharp;

namespace MaskApi.Vision.Imaging;

/// <summary>Turns an image file into an upright <see cref="Raster"/>, within limits.</summary>
public static class ImageDecoder
{
    /// <summary>Reads the header and checks it against the limits; no pixel is decoded or allocated.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <exception cref="ImageRejectedException">The content is no picture that is read, or is outside the limits.</exception>
    public static ImageHeader ReadHeader(ReadOnlyMemory<byte> encoded, DecodeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        using var file = new OpenedImage(encoded, limits);
        return file.Header;
    }

    /// <summary>Bytes of memory that decoding takes at its peak, the picture included; more for files that have to be decoded as a whole.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="header">What <see cref="ReadHeader"/> said of it.</param>
    public static long PeakMemory(ReadOnlyMemory<byte> encoded, ImageHeader header) => DecodingMemory.Peak(encoded.Span, header);

    /// <summary>Decodes the first frame, turned upright, in sRGB, composited on white where it is transparent.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <returns>The picture, owned by the caller.</returns>
    /// <exception cref="ImageRejectedException">The content is no picture that is read, is outside the limits, or pixels are missing.</exception>
    public static Raster Decode(ReadOnlyMemory<byte> encoded, DecodeLimits limits, CancellationToken cancellationToken) =>
        Decode(encoded, limits, 1, cancellationToken);

    /// <summary>Decodes at a whole fraction of the size.</summary>
    /// <param name="encoded">The file.</param>
    /// <param name="limits">Bounds on the picture.</param>
    /// <param name="reduction">1, 2, 4 or 8; only a JPEG can be decoded at any but 1. Sides that are no multiples are rounded up.</param>
    /// <param name="cancellationToken">Ends the work between its steps.</param>
    /// <returns>The picture, owned by the caller.</returns>
    /// <exception cref="ImageRejectedException">As the full decoding.</exception>
    internal static Raster Decode(
        ReadOnlyMemory<byte> encoded, DecodeLimits limits, int reduction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(limits);
        cancellationToken.ThrowIfCancellationRequested();
        var stored = DecodeStored(encoded, limits, reduction, out var orientation);
        if (orientation == ExifOrientation.TopLeft)
        {
            return stored;
        }

        using (stored)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Uprighting.Apply(stored, orientation);
        }
    }

    /// <summary>On its own, so that what the codec keeps of the picture is freed before a second one is made.</summary>
    private static Raster DecodeStored(ReadOnlyMemory<byte> encoded, DecodeLimits limits, int reduction, out ExifOrientation orientation)
    {
        using var file = new OpenedImage(encoded, limits);
        orientation = file.Header.Orientation;
        return file.DecodeStored(reduction);
    }

    /// <summary>A file that the codec has accepted and whose header is within limits.</summary>
    private sealed unsafe class OpenedImage : IDisposable
    {
        private readonly System.Buffers.MemoryHandle _pin;
        private readonly ReadOnlyMemory<byte> _file;
        private readonly SKData _data;
        private readonly SKCodec _codec;

        internal OpenedImage(ReadOnlyMemory<byte> encoded, DecodeLimits limits)
        {
            var format = ImageSniffer.Identify(encoded.Span);

            // Before the codec sees it: what these files cost, they cost on the way to the header.
            if (Excess(format, encoded.Span) is { } excess)
            {
                throw new ImageRejectedException(ImageRejection.Undecodable, excess);
            }

            _file = encoded;
            _pin = encoded.Pin();
            _data = SKData.Create((nint)_pin.Pointer, encoded.Length);
            _codec = SKCodec.Create(_data);
            try
            {
                if (_codec is null)
                {
                    throw Broken();
                }

                Header = ToHeader(format, encoded.Span, _codec);
                CheckLimits(Header, limits);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        internal ImageHeader Header { get; }

        public void Dispose()
        {
            _codec?.Dispose();
            _data.Dispose();
            _pin.Dispose();
        }

        /// <summary>Decodes the pixels as they are stored, before they are turned upright.</summary>
        internal Raster DecodeStored(int reduction)
        {
            var size = reduction == 1 ? _codec.Info.Size : _codec.GetScaledDimensions(1f / reduction);
            if (size.Width != Reduced(_codec.Info.Width, reduction) || size.Height != Reduced(_codec.Info.Height, reduction))
            {
                throw new ArgumentOutOfRangeException(nameof(reduction), reduction, $"A {Header.Format} cannot be decoded at that fraction.");
            }

            var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul, SKColorSpace.CreateSrgb());
            if (_codec.Info.AlphaType == SKAlphaType.Opaque)
            {
                info = info.WithAlphaType(SKAlphaType.Opaque);
            }

            var raster = new Raster(info.Width, info.Height, Header.Format);
            try
            {
                // Elsewhere colors have to be converted as well, which only SkiaSharp does.
                if (Header.Format == ImageFormat.Jpeg && _codec.Info.ColorSpace is { IsSrgb: true } && TurboJpeg.TryDecode(_file.Span, raster))
                {
                    return raster;
                }

                switch (_codec.GetPixels(info, raster.Address, raster.Stride, new SKCodecOptions(0)))
                {
                    case SKCodecResult.Success:
                        break;
                    case SKCodecResult.InvalidConversion:
                        throw new ImageRejectedException(
                            ImageRejection.Undecodable, "The picture's color model cannot be converted to RGB. Send it as an RGB picture.");
                    default:
                        // IncompleteInput and ErrorInInput come with a picture whose missing part is gray or white:
                        // a face may be in that part, so half an answer would be a wrong one.
                        throw Broken();
                }

                if (info.AlphaType == SKAlphaType.Premul)
                {
                    CompositeOnWhite(raster.Pixels);
                }

                return raster;
            }
            catch
            {
                raster.Dispose();
                throw;
            }
        }

        private static int Reduced(int side, int reduction) => (side + reduction - 1) / reduction;

        private static string? Excess(ImageFormat format, ReadOnlySpan<byte> file) => format switch
        {
            ImageFormat.Jpeg => JpegStructure.Excess(file),
            ImageFormat.Png when PngText.ExceedsLimit(file) =>
                string.Create(CultureInfo.InvariantCulture, $"The PNG has more than {PngText.Limit} bytes of text."),
            _ => null,
        };

        private static ImageRejectedException Broken() =>
            new(ImageRejection.Undecodable, "The picture is truncated or corrupt.");

        private static ImageHeader ToHeader(ImageFormat format, ReadOnlySpan<byte> file, SKCodec codec)
        {
            var orientation = format == ImageFormat.Png ? PngOrientation.Read(file) : (ExifOrientation)codec.EncodedOrigin;
            if (!Enum.IsDefined(orientation))
            {
                orientation = ExifOrientation.TopLeft;
            }

            var (width, height) = (codec.Info.Width, codec.Info.Height);
            return Uprighting.SwapsSides(orientation)
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
                        $"The picture is {header.Width}×{header.Height}, {header.Pixels} pixels; at most {limits.MaxPixels} are read."));
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

        /// <summary>Premultiplied color over white is <c>color + (255 - alpha)</c>.</summary>
        private static void CompositeOnWhite(Span<byte> pixels)
        {
            for (var i = 0; i < pixels.Length; i += Raster.BytesPerPixel)
            {
                var alpha = pixels[i + 3];
                if (alpha == byte.MaxValue)
                {
                    continue;
                }

                var white = byte.MaxValue - alpha;
                pixels[i] = (byte)Math.Min(byte.MaxValue, pixels[i] + white);
                pixels[i + 1] = (byte)Math.Min(byte.MaxValue, pixels[i + 1] + white);
                pixels[i + 2] = (byte)Math.Min(byte.MaxValue, pixels[i + 2] + white);
                pixels[i + 3] = byte.MaxValue;
            }
        }
    }
}
