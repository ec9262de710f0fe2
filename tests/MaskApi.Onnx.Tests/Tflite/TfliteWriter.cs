using System.Runtime.InteropServices;
using Google.FlatBuffers;
using MaskApi.Onnx.Tflite;

namespace MaskApi.Onnx.Tests.Tflite;

/// <summary>
/// Writes small TensorFlow Lite files to test the reader and the converter one operator at a time. Field
/// numbers are those of TensorFlow Lite's schema, version 3.
/// </summary>
internal sealed class TfliteWriter
{
    private readonly List<(string Name, TfliteElementType Type, int[] Shape, byte[] Data)> _tensors = [];
    private readonly List<(int Code, int[] Inputs, int[] Outputs, (int Field, object Value)[] Options)> _operators = [];

    public int Value(string name, params int[] shape) => Add(name, TfliteElementType.Float32, shape, []);

    public int Floats(string name, float[] values, params int[] shape) =>
        Add(name, TfliteElementType.Float32, shape, MemoryMarshal.AsBytes<float>(values).ToArray());

    public int Halves(string name, Half[] values, params int[] shape) =>
        Add(name, TfliteElementType.Float16, shape, MemoryMarshal.AsBytes<Half>(values).ToArray());

    public int Integers(string name, int[] values, params int[] shape) =>
        Add(name, TfliteElementType.Int32, shape, MemoryMarshal.AsBytes<int>(values).ToArray());

    public void Operator(TfliteOperatorCode code, int[] inputs, int output, params (int Field, object Value)[] options) =>
        _operators.Add(((int)code, inputs, [output], options));

    public byte[] Finish(int[] inputs, int[] outputs)
    {
        var builder = new FlatBufferBuilder(1024);
        var codes = _operators.Select(entry => entry.Code).Distinct().ToArray();
        var codeTables = Tables(builder, codes.Select(code => Table(builder, (0, (sbyte)Math.Min(code, 127)), (3, code))));
        var bufferTables = Tables(builder, _tensors.Select(tensor => tensor.Data.Length == 0
            ? Table(builder)
            : Table(builder, (0, Bytes(builder, tensor.Data)))).Prepend(Table(builder)));
        var tensorTables = Tables(builder, _tensors.Select((tensor, index) => Table(
            builder,
            (0, Int32s(builder, tensor.Shape)),
            (1, (sbyte)tensor.Type),
            (2, index + 1),
            (3, new Offset(builder.CreateString(tensor.Name).Value)))));
        var operatorTables = Tables(builder, _operators.Select(entry => Table(
            builder,
            (0, Array.IndexOf(codes, entry.Code)),
            (1, Int32s(builder, entry.Inputs)),
            (2, Int32s(builder, entry.Outputs)),
            (4, Table(builder, entry.Options)))));
        var graph = Table(
            builder, (0, tensorTables), (1, Int32s(builder, inputs)), (2, Int32s(builder, outputs)), (3, operatorTables));
        var model = Table(builder, (0, 3), (1, codeTables), (2, Tables(builder, [graph])), (4, bufferTables));
        builder.Finish(model.Value, "TFL3");
        return builder.SizedByteArray();
    }

    private int Add(string name, TfliteElementType type, int[] shape, byte[] data)
    {
        _tensors.Add((name, type, shape, data));
        return _tensors.Count - 1;
    }

    private static Offset Table(FlatBufferBuilder builder, params (int Field, object Value)[] fields)
    {
        builder.StartTable(fields.Length == 0 ? 0 : fields.Max(field => field.Field) + 1);
        foreach (var (field, value) in fields)
        {
            switch (value)
            {
                case Offset offset:
                    builder.AddOffset(field, offset.Value, 0);
                    break;
                case int number:
                    builder.AddInt(field, number, 0);
                    break;
                case sbyte number:
                    builder.AddSbyte(field, number, 0);
                    break;
                case bool flag:
                    builder.AddBool(field, flag, false);
                    break;
                default:
                    throw new ArgumentException($"{value.GetType()} is no field type.", nameof(fields));
            }
        }

        return new Offset(builder.EndTable());
    }

    private static Offset Tables(FlatBufferBuilder builder, IEnumerable<Offset> tables)
    {
        var offsets = tables.ToArray();
        builder.StartVector(4, offsets.Length, 4);
        foreach (var offset in offsets.Reverse())
        {
            builder.AddOffset(offset.Value);
        }

        return new Offset(builder.EndVector().Value);
    }

    private static Offset Int32s(FlatBufferBuilder builder, int[] values)
    {
        builder.StartVector(4, values.Length, 4);
        foreach (var value in values.Reverse())
        {
            builder.AddInt(value);
        }

        return new Offset(builder.EndVector().Value);
    }

    private static Offset Bytes(FlatBufferBuilder builder, byte[] values)
    {
        builder.StartVector(1, values.Length, 16);
        foreach (var value in values.Reverse())
        {
            builder.AddByte(value);
        }

        return new Offset(builder.EndVector().Value);
    }

    private readonly record struct Offset(int Value);
}
