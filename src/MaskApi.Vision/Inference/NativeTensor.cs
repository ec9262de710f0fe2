using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Vision.Inference;

/// <summary>A tensor of fixed shape over native memory of its own, which ONNX Runtime reads or writes in place.</summary>
/// <typeparam name="T">Element type: <see cref="byte"/> or <see cref="float"/>.</typeparam>
internal sealed unsafe class NativeTensor<T> : IDisposable
    where T : unmanaged
{
    private readonly void* _memory;
    private readonly int _length;

    internal NativeTensor(params ReadOnlySpan<long> shape)
    {
        _length = Count(shape);
        var bytes = (nuint)_length * (nuint)sizeof(T);
        _memory = NativeMemory.AlignedAlloc(bytes, 64);
        Value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance,
            typeof(T) == typeof(byte) ? TensorElementType.UInt8 : TensorElementType.Float,
            shape.ToArray(),
            (nint)_memory,
            (long)bytes);
    }

    /// <summary>The tensor for a run.</summary>
    internal OrtValue Value { get; }

    /// <summary>Its elements.</summary>
    internal Span<T> Data => new(_memory, _length);

    private static int Count(ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var extent in shape)
        {
            count *= extent;
        }

        return checked((int)count);
    }

    public void Dispose()
    {
        Value.Dispose();
        NativeMemory.AlignedFree(_memory);
    }
}
