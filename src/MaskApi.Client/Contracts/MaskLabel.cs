using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaskApi.Client;

/// <summary>A verdict. Not an enumeration, because a newer service may have verdicts that this client does not know.</summary>
/// <param name="Name">Its name on the wire.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct MaskLabel(string Name)
{
    /// <summary>A mask covers nose and mouth.</summary>
    public static MaskLabel WithMask { get; } = new("with_mask");

    /// <summary>The face wears no mask.</summary>
    public static MaskLabel WithoutMask { get; } = new("without_mask");

    /// <summary>A mask is on the face or hangs from it, but nose or mouth is bare.</summary>
    public static MaskLabel IncorrectlyWorn { get; } = new("incorrectly_worn");

    /// <summary>The verdict is less sure than asked for.</summary>
    public static MaskLabel Uncertain { get; } = new("uncertain");

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal sealed class Converter : JsonConverter<MaskLabel>
    {
        public override MaskLabel Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetString() ?? throw new JsonException("A label is never null."));

        public override void Write(Utf8JsonWriter writer, MaskLabel value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Name);
    }
}
