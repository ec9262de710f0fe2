using MaskApi.Vision.Imaging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Vision.Classification;

/// <summary>A face cut out of a picture, <c>uint8[Height, Width, 3]</c> RGB. It owns pooled native memory and must be disposed.</summary>
public sealed unsafe class FaceCrop : IDisposable
{
    private readonly long _capacity;
    private nint _memory;

    internal FaceCrop(int width, int height)
    {
        Width = width;
        Height = height;
        _memory = PixelMemory.Rent((long)width * height * 3, out _capacity);
    }

    /// <summary>Returns the memory of a crop that was never disposed.</summary>
    ~FaceCrop() => Release();

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>The pixels, row by row.</summary>
    /// <exception cref="ObjectDisposedException">The crop has been disposed.</exception>
    public Span<byte> Rgb => new((void*)Address, Width * Height * 3);

    /// <summary>Address of the first pixel; valid until disposed.</summary>
    internal nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory == 0, this);
            return _memory;
        }
    }

    /// <summary>The pixels as a tensor, <c>uint8[1, Height, Width, 3]</c>, valid until disposed.</summary>
    internal OrtValue Tensor() => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance, TensorElementType.UInt8, [1, Height, Width, 3], Address, (long)Width * Height * 3);

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
