using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaskApi.Vision.Inference;

/// <summary>
/// Native memory for a tensor whose shape changes from run to run. It grows as needed and shrinks only when disposed, so a run allocates
/// nothing once the largest shape has been seen.
/// </summary>
/// <typeparam name="T">Element type: <see cref="byte"/> or <see cref="float"/>.</typeparam>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private void* _memory;
    private int _capacity;
    private int _length;

    /// <summary>The elements of the current shape.</summary>
    internal Span<T> Data => new(_memory, _length);

    /// <summary>Makes room for a number of elements; their content is undefined.</summary>
    internal void Resize(int length)
    {
        _length = length;
        if (length <= _capacity)
        {
            return;
        }

        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _capacity = 0;
        _memory = NativeMemory.AlignedAlloc((nuint)length * (nuint)sizeof(T), 64);
        _capacity = length;
    }

    /// <summary>A tensor of the given shape over the memory, for one run; valid until the next call.</summary>
    /// <param name="shape">The shape.</param>
    internal OrtValue Tensor(params ReadOnlySpan<long> shape)
    {
        var length = 1L;
        foreach (var extent in shape)
        {
            length *= extent;
        }

        Resize(checked((int)length));
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance,
            typeof(T) == typeof(byte) ? TensorElementType.UInt8 : TensorElementType.Float,
            shape.ToArray(),
            (nint)_memory,
            length * sizeof(T));
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _capacity = _length = 0;
    }
}
