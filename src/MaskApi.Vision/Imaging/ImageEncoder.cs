using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace MaskApi.Vision.Imaging;

/// <summary>Encodes a picture as a file, without any metadata.</summary>
public static class ImageEncoder
{
    private const int JpegQuality = 90;
    private const float WebpQuality = 85;

    /// <summary>
    /// One filter instead of the default's choice per row, and level 3 of zlib instead of 6: 0.3 to 0.4 of the default's time for files 4
    /// to 12 % larger, on photographs (<c>png --all</c> of the benchmarks). Lower levels and the Sub filter are twice as fast again, for 15
    /// to 40 % more bytes.
    /// </summary>
    private static readonly SKPngEncoderOptions _png = new(SKPngEncoderFilterFlags.Paeth, zLibLevel: 3);

    private static readonly SKJpegEncoderOptions _jpeg =
        new(JpegQuality, SKJpegEncoderDownsample.Downsample420, SKJpegEncoderAlphaOption.Ignore);

    private static readonly SKWebpEncoderOptions _webp = new(SKWebpEncoderCompression.Lossy, WebpQuality);

    /// <summary>
    /// Longest side of a format, in pixels: for JPEG and WebP from their libraries' headers (<c>JPEG_MAX_DIMENSION</c>,
    /// <c>WEBP_MAX_DIMENSION</c>), for PNG from libpng's default (<c>PNG_USER_WIDTH_MAX</c>).
    /// </summary>
    /// <param name="format">The file format.</param>
    public static int LongestSide(OutputFormat format) => format switch
    {
        OutputFormat.Png => 1_000_000,
        OutputFormat.Jpeg => 65_500,
        OutputFormat.Webp => 16_383,
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>
    /// Peak bytes a pixel that encoding takes beside the picture, including the file, of which there are two copies at the end. Measured on
    /// 50 megapixels: incompressible noise for PNG and JPEG, sharp edges for WebP.
    /// </summary>
    /// <param name="format">The file format.</param>
    public static int PeakBytesPerPixel(OutputFormat format) => format switch
    {
        OutputFormat.Png => 6,
        OutputFormat.Jpeg => 3,
        OutputFormat.Webp => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>Encodes the picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="format">The file format.</param>
    /// <returns>The file, in native memory, owned by the caller. An array of its size would be a large object for the collector.</returns>
    /// <exception cref="InvalidOperationException">A side exceeds <see cref="LongestSide"/>.</exception>
    /// <exception cref="InsufficientMemoryException">There is not enough memory.</exception>
    public static IMemoryOwner<byte> Encode(Raster picture, OutputFormat format)
    {
        ArgumentNullException.ThrowIfNull(picture);

        // Without a color space no profile is written, and pixels without one are read as sRGB.
        var info = new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var pixels = new SKPixmap(info, picture.Address, picture.Stride);
        var file = format switch
        {
            OutputFormat.Png => pixels.Encode(_png),
            OutputFormat.Jpeg => pixels.Encode(_jpeg),
            OutputFormat.Webp => pixels.Encode(_webp),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
        GC.KeepAlive(picture);
        if (file is not null)
        {
            return new EncodedFile(file);
        }

        throw Math.Max(picture.Width, picture.Height) > LongestSide(format)
            ? new InvalidOperationException($"A picture of {picture.Width}×{picture.Height} does not fit {format}.")
            : new InsufficientMemoryException($"There is not enough memory to encode a picture of {picture.Width}×{picture.Height}.");
    }

    /// <summary>A file in memory that Skia allocated.</summary>
    private sealed unsafe class EncodedFile(SKData data) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(data.Handle == 0, this);
            return new Span<byte>((void*)data.Data, checked((int)data.Size));
        }

        public override MemoryHandle Pin(int elementIndex = 0) =>
            new(Unsafe.AsPointer(ref MemoryMarshal.GetReference(GetSpan()[elementIndex..])), pinnable: this);

        public override void Unpin()
        {
            // Native memory does not move.
        }

        protected override void Dispose(bool disposing) => data.Dispose();
    }
}
