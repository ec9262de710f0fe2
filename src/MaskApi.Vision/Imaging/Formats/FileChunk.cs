namespace MaskApi.Vision.Imaging.Formats;

/// <summary>One chunk of a PNG or WebP.</summary>
/// <param name="type">Its type, four letters.</param>
/// <param name="data">What it holds, as far as it is there.</param>
internal readonly ref struct FileChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _type = type;

    /// <summary>What it holds, as far as it is there.</summary>
    public ReadOnlySpan<byte> Data { get; } = data;

    /// <summary>Whether it is of a type.</summary>
    public bool Is(ReadOnlySpan<byte> type) => _type.SequenceEqual(type);
}
