using Google.FlatBuffers;

namespace MaskApi.Onnx.Tflite;

/// <summary>
/// A FlatBuffers table, read by field number. Missing fields have their schema defaults. Source: https://flatbuffers.dev/internals.
/// </summary>
internal readonly struct FlatTable
{
    // A vtable starts with two 16-bit sizes. Field k's offset is the 16-bit word at 4 + 2 k.
    private const int VtableHeader = 4;

    private readonly Table _table;

    private FlatTable(int position, ByteBuffer buffer) => _table = new Table(position, buffer);

    /// <summary>The root table of a file whose identifier (bytes 4–7) must be <paramref name="identifier"/>.</summary>
    public static FlatTable Root(byte[] file, string identifier)
    {
        var buffer = new ByteBuffer(file);
        if (file.Length < 8 || !Table.__has_identifier(buffer, identifier))
        {
            throw new InvalidDataException($"Not a '{identifier}' FlatBuffers file.");
        }

        return new FlatTable(buffer.GetInt(0), buffer);
    }

    public int Int32(int field, int otherwise = 0) => At(field) is var at and > 0 ? _table.bb.GetInt(at) : otherwise;

    public uint UInt32(int field, uint otherwise = 0) => At(field) is var at and > 0 ? _table.bb.GetUint(at) : otherwise;

    public sbyte SByte(int field, sbyte otherwise = 0) => At(field) is var at and > 0 ? _table.bb.GetSbyte(at) : otherwise;

    public byte Byte(int field, byte otherwise = 0) => At(field) is var at and > 0 ? _table.bb.Get(at) : otherwise;

    public bool Boolean(int field) => Byte(field) != 0;

    public string Text(int field) => Offset(field) is var offset and > 0 ? _table.__string(_table.bb_pos + offset) : string.Empty;

    public int[] Int32s(int field)
    {
        var (start, count) = Vector(field);
        var values = new int[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = _table.bb.GetInt(start + (4 * i));
        }

        return values;
    }

    public byte[] Bytes(int field)
    {
        var (start, count) = Vector(field);
        return count == 0 ? [] : _table.bb.ToArray<byte>(start, count);
    }

    public FlatTable[] Tables(int field)
    {
        var (start, count) = Vector(field);
        var tables = new FlatTable[count];
        for (var i = 0; i < count; i++)
        {
            tables[i] = new FlatTable(_table.__indirect(start + (4 * i)), _table.bb);
        }

        return tables;
    }

    /// <summary>A child table; null if the field is absent.</summary>
    public FlatTable? Child(int field) =>
        At(field) is var at and > 0 ? new FlatTable(_table.__indirect(at), _table.bb) : null;

    private int Offset(int field) => _table.__offset(VtableHeader + (2 * field));

    private int At(int field) => Offset(field) is var offset and > 0 ? _table.bb_pos + offset : 0;

    private (int Start, int Count) Vector(int field) =>
        Offset(field) is var offset and > 0 ? (_table.__vector(offset), _table.__vector_len(offset)) : (0, 0);
}
