using System.Buffers.Binary;

namespace MaskApi.Onnx.Tflite;

/// <summary>A tensor of a TensorFlow Lite graph.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The size of each axis; pictures are NHWC.</param>
/// <param name="Data">A constant's bytes, row-major and little-endian; empty for a computed value.</param>
public sealed record TfliteTensor(string Name, TfliteElementType Type, IReadOnlyList<int> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>Whether it is a constant.</summary>
    public bool IsConstant => !Data.IsEmpty;

    /// <summary>The constant's elements as float32; float16 is widened, which is exact.</summary>
    /// <returns>The elements, row-major.</returns>
    /// <exception cref="InvalidDataException">The tensor is not a float constant, or has too few bytes.</exception>
    public float[] ToSingles()
    {
        var values = new float[ElementCount()];
        switch (Type)
        {
            case TfliteElementType.Float32:
                RequireBytes(values.Length, sizeof(float));
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = BinaryPrimitives.ReadSingleLittleEndian(Data.Span[(4 * i)..]);
                }

                return values;
            case TfliteElementType.Float16:
                RequireBytes(values.Length, 2);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(Data.Span[(2 * i)..]);
                }

                return values;
            default:
                throw new InvalidDataException($"'{Name}' holds {Type}, not floats.");
        }
    }

    /// <summary>The constant's elements as 32-bit integers.</summary>
    /// <returns>The elements, row-major.</returns>
    /// <exception cref="InvalidDataException">The tensor is not an integer constant, or has too few bytes.</exception>
    public int[] ToInt32s()
    {
        if (Type != TfliteElementType.Int32)
        {
            throw new InvalidDataException($"'{Name}' holds {Type}, not integers.");
        }

        var values = new int[ElementCount()];
        RequireBytes(values.Length, sizeof(int));
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt32LittleEndian(Data.Span[(4 * i)..]);
        }

        return values;
    }

    private int ElementCount() => Shape.Aggregate(1, (count, size) => checked(count * size));

    private void RequireBytes(int count, int size)
    {
        if (Data.Length != (long)count * size)
        {
            throw new InvalidDataException($"'{Name}' has {Data.Length} bytes of data; its shape needs {(long)count * size}.");
        }
    }
}
