namespace MaskApi.Vision.Imaging;

/// <summary>
/// An upright picture in memory: <c>uint8[Height, Width, 4]</c>, RGBA in sRGB, opaque, rows without gaps. It owns pooled native memory and
/// must be disposed. Not for writing on several threads.
/// </summary>
public sealed unsafe class Raster : IDisposable
{
    /// <summary>Bytes per pixel.</summary>
    public const int BytesPerPixel = 4;

    private readonly long _capacity;
    private nint _memory;

    /// <summary>Allocates a picture with undefined content.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="format">The format of the source file.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive, or the picture exceeds 2 GiB.</exception>
    public Raster(int width, int height, ImageFormat format = ImageFormat.Png)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)width * height * BytesPerPixel, int.MaxValue, nameof(width));
        Width = width;
        Height = height;
        Format = format;
        _memory = PixelMemory.Rent((long)Stride * height, out _capacity);
    }

    /// <summary>Returns the memory of a raster that was never disposed; the tests' count still shows the leak.</summary>
    ~Raster() => Release();

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>The format of the source file.</summary>
    public ImageFormat Format { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride => Width * BytesPerPixel;

    /// <summary>All pixels, row by row.</summary>
    /// <exception cref="ObjectDisposedException">The raster has been disposed.</exception>
    public Span<byte> Pixels => new((void*)Address, Stride * Height);

    /// <summary>Address of the first pixel, for native calls; valid until disposed.</summary>
    internal nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory == 0, this);
            return _memory;
        }
    }

    /// <summary>One row of pixels.</summary>
    /// <param name="y">Row, 0 at the top.</param>
    public Span<byte> Row(int y) => Pixels.Slice(y * Stride, Stride);

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        var memory = Interlocked.Exchange(ref _memory, 0);
        if (memory != 0)
        {
            PixelMemory.Return(memory, _capacity);
        }
    }
}
