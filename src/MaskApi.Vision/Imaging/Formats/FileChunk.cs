namespace MaskApi.Vision.Imaging.Formats;

/// <summary>One chunk of a PNG or WebP.</summary>
/// <param name="type">Its type, four letters.</param>
/// <param name="data">Its data, as far as present.</param>
internal readonly ref struct FileChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _type = type;

    /// <summary>Its data, as far as present.</summary>
    public ReadOnlySpan<byte> Data { get; } = data;

    /// <summary>Whether it has a given type.</summary>
    public bool Is(ReadOnlySpan<byte> type) => _type.SequenceEqual(type);
}
