using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace MaskApi.Training.Network;

/// <summary>A float32 array read from a NumPy <c>.npy</c> file.</summary>
/// <param name="Shape">The dimensions, outermost first.</param>
/// <param name="Values">The values, row-major.</param>
public sealed partial record NpyFile(IReadOnlyList<long> Shape, float[] Values)
{
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a file of little-endian float32 in C order, as <c>numpy.save</c> writes it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is not such an array, or its length does not match its header.</exception>
    public static NpyFile Read(string path)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        if (bytes.Length < 12 || !bytes[..6].SequenceEqual(Magic))
        {
            throw new InvalidDataException($"'{path}' is not a .npy file.");
        }

        // Version 1 stores the header's length in two bytes, versions 2 and 3 in four.
        var wide = bytes[6] >= 2;
        var length = wide ? BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        var start = wide ? 12 : 10;
        var header = Encoding.Latin1.GetString(bytes.Slice(start, length));
        if (!header.Contains("'descr': '<f4'", StringComparison.Ordinal)
            || !header.Contains("'fortran_order': False", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"'{path}' is not a C-ordered array of little-endian float32: {header.Trim()}");
        }

        var shape = ShapePattern().Match(header).Groups[1].Value
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(d => long.Parse(d, CultureInfo.InvariantCulture)).ToArray();
        var values = MemoryMarshal.Cast<byte, float>(bytes[(start + length)..]).ToArray();
        return values.Length == shape.Aggregate(1L, (a, b) => a * b)
            ? new NpyFile(shape, values)
            : throw new InvalidDataException($"'{path}' holds {values.Length} values, not {string.Join('x', shape)}.");
    }

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex ShapePattern();
}
