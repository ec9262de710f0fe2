using System.Runtime.InteropServices;
using Google.Protobuf;
using MaskApi.Onnx.Protos;

namespace MaskApi.Onnx.Graphs;

/// <summary>Converts arrays to <see cref="TensorProto"/> and back. ONNX stores raw data little-endian.</summary>
internal static class TensorEncoding
{
    public static TensorProto Encode<T>(string name, ElementType type, ReadOnlySpan<T> values, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("ONNX files are written on little-endian machines only.");
        }

        var count = 1L;
        foreach (var size in shape)
        {
            count *= size;
        }

        if (count != values.Length)
        {
            throw new ArgumentException($"'{name}' has {values.Length} elements; its shape holds {count}.", nameof(values));
        }

        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)type,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
        };
        tensor.Dims.AddRange(shape);
        return tensor;
    }

    public static T[] Decode<T>(TensorProto tensor, ElementType type)
        where T : unmanaged
    {
        if (tensor.DataType != (int)type || tensor.RawData.IsEmpty)
        {
            throw new NotSupportedException($"'{tensor.Name}' is not stored as raw {type}.");
        }

        return MemoryMarshal.Cast<byte, T>(tensor.RawData.Span).ToArray();
    }
}
