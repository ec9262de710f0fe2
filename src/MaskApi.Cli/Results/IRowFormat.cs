using System.Buffers;

namespace MaskApi.Cli.Results;

/// <summary>A format with one record per row, whose files can be appended to.</summary>
internal interface IRowFormat
{
    /// <summary>The start of a file; may be empty.</summary>
    ReadOnlySpan<byte> Header { get; }

    /// <summary>Whether a line break inside quotes is part of the record.</summary>
    bool Quotes { get; }

    /// <summary>Writes a row and its line break.</summary>
    void Write(IBufferWriter<byte> output, ResultRow row);

    /// <summary>The picture and face of a record.</summary>
    /// <exception cref="FormatException">It is not a record of this format.</exception>
    (string Picture, int Face, int Faces) Read(ReadOnlySpan<byte> record);
}
