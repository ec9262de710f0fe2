using System.Buffers;

namespace MaskApi.Cli.Results;

/// <summary>A format of one record a row, whose files can be appended to.</summary>
internal interface IRowFormat
{
    /// <summary>What a file begins with; may be empty.</summary>
    ReadOnlySpan<byte> Header { get; }

    /// <summary>Whether a line break inside quotes is part of the record.</summary>
    bool Quotes { get; }

    /// <summary>Writes a row and the line break after it.</summary>
    void Write(IBufferWriter<byte> output, ResultRow row);

    /// <summary>Which face of which picture a record is.</summary>
    /// <exception cref="FormatException">It is no record of this format.</exception>
    (string Picture, int Face, int Faces) Read(ReadOnlySpan<byte> record);
}
