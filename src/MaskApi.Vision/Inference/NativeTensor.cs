using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Vision.Inference;

/// <summary>A tensor of fixed shape over its own native memory, which ONNX Runtime reads or writes in place.</summary>
/// <typeparam name="T">Element type: <see cref="byte"/> or <see cref="float"/>.</typeparam>
internal sealed class NativeTensor<T> : IDisposable
    where T : unmanaged
{
    private readonly NativeBuffer<T> _buffer = new();

    internal NativeTensor(params ReadOnlySpan<long> shape)
    {
        Value = _buffer.Tensor(shape);
    }

    /// <summary>The tensor for a run.</summary>
    internal OrtValue Value { get; }

    /// <summary>Its elements.</summary>
    internal Span<T> Data => _buffer.Data;

    public void Dispose()
    {
        Value.Dispose();
        _buffer.Dispose();
    }
}
