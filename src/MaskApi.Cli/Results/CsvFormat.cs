using System.Buffers;
using System.Globalization;
using System.Text;

namespace MaskApi.Cli.Results;

/// <summary>CSV as in RFC 4180, in UTF-8, with a header and line feeds.</summary>
/// <param name="landmarks">Whether to add columns for the key points.</param>
internal sealed class CsvFormat(bool landmarks) : IRowFormat
{
    private static readonly SearchValues<char> _special = SearchValues.Create(",\"\r\n");

    private static readonly (string Name, Func<ResultRow, object?> Value)[] _columns =
    [
        ("picture", static row => row.Picture),
        ("face", static row => row.Face),
        ("faces", static row => row.Faces),
        ("verdict", static row => row.Verdict),
        ("confidence", static row => row.Confidence),
        ("withMask", static row => row.WithMask),
        ("withoutMask", static row => row.WithoutMask),
        ("incorrectlyWorn", static row => row.IncorrectlyWorn),
        ("detectionConfidence", static row => row.DetectionConfidence),
        ("x", static row => row.X),
        ("y", static row => row.Y),
        ("width", static row => row.Width),
        ("height", static row => row.Height),
        ("imageWidth", static row => row.ImageWidth),
        ("imageHeight", static row => row.ImageHeight),
        ("error", static row => row.Error),
        ("message", static row => row.Message),
    ];

    private static readonly (string Name, Func<ResultRow, object?> Value)[] _landmarkColumns =
    [
        .. _columns,
        ("rightEyeX", static row => row.RightEyeX),
        ("rightEyeY", static row => row.RightEyeY),
        ("leftEyeX", static row => row.LeftEyeX),
        ("leftEyeY", static row => row.LeftEyeY),
        ("noseTipX", static row => row.NoseTipX),
        ("noseTipY", static row => row.NoseTipY),
        ("mouthX", static row => row.MouthX),
        ("mouthY", static row => row.MouthY),
        ("rightEarTragionX", static row => row.RightEarTragionX),
        ("rightEarTragionY", static row => row.RightEarTragionY),
        ("leftEarTragionX", static row => row.LeftEarTragionX),
        ("leftEarTragionY", static row => row.LeftEarTragionY),
    ];

    private readonly (string Name, Func<ResultRow, object?> Value)[] _used = landmarks ? _landmarkColumns : _columns;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Header => Encoding.UTF8.GetBytes(string.Join(',', _used.Select(static column => column.Name)) + "\n");

    /// <inheritdoc/>
    public bool Quotes => true;

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output, ResultRow row)
    {
        var line = new StringBuilder();
        foreach (var (_, value) in _used)
        {
            line.Append(line.Length == 0 ? "" : ",").Append(Field(Convert.ToString(value(row), CultureInfo.InvariantCulture) ?? ""));
        }

        Encoding.UTF8.GetBytes(line.Append('\n').ToString(), output);
    }

    /// <inheritdoc/>
    public (string Picture, int Face, int Faces) Read(ReadOnlySpan<byte> record)
    {
        var text = Encoding.UTF8.GetString(record);
        string picture;
        int next;
        if (text.StartsWith('"'))
        {
            var end = 1;
            while (end < text.Length && (text[end] != '"' || (end + 1 < text.Length && text[end + 1] == '"')))
            {
                end += text[end] == '"' ? 2 : 1;
            }

            next = end + 1;
            picture = end < text.Length ? text[1..end].Replace("\"\"", "\"", StringComparison.Ordinal) : "";
        }
        else
        {
            next = text.IndexOf(',', StringComparison.Ordinal);
            picture = next > 0 ? text[..next] : "";
        }

        var numbers = picture.Length > 0 && next < text.Length ? text[(next + 1)..].Split(',', 3) : [];
        return numbers.Length == 3
            && int.TryParse(numbers[0], CultureInfo.InvariantCulture, out var face)
            && int.TryParse(numbers[1], CultureInfo.InvariantCulture, out var faces)
                ? (picture, face, faces)
                : throw new FormatException("The line is not a result.");
    }

    private static string Field(string value) =>
        value.AsSpan().ContainsAny(_special)
            ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : value;
}
