using System.Buffers;
using System.Text.Json;

namespace MaskApi.Cli.Results;

/// <summary>JSON Lines: one object per row, without members that have no value.</summary>
internal sealed class JsonLinesFormat : IRowFormat
{
    /// <inheritdoc/>
    public ReadOnlySpan<byte> Header => [];

    /// <inheritdoc/>
    public bool Quotes => false;

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output, ResultRow row)
    {
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = ResultJson.Readable.Options.Encoder }))
        {
            JsonSerializer.Serialize(writer, row, ResultJson.Readable.ResultRow);
        }

        output.Write("\n"u8);
    }

    /// <inheritdoc/>
    public (string Picture, int Face, int Faces) Read(ReadOnlySpan<byte> record)
    {
        try
        {
            var row = JsonSerializer.Deserialize(record, ResultJson.Default.ResultRow);
            return row is { Picture.Length: > 0 }
                ? (row.Picture, row.Face, row.Faces)
                : throw new FormatException("The line has no picture.");
        }
        catch (JsonException exception)
        {
            throw new FormatException("The line is not a result.", exception);
        }
    }
}
