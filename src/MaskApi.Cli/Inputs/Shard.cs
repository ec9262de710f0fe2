using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MaskApi.Cli.Inputs;

/// <summary>One of several equal parts of the pictures. A picture is in the same part wherever and whenever that is asked.</summary>
/// <param name="Index">Which part, from 0.</param>
/// <param name="Count">How many parts there are.</param>
internal readonly record struct Shard(int Index, int Count)
{
    /// <summary>The only part.</summary>
    public static Shard All { get; } = new(0, 1);

    /// <summary>Whether a picture is in this part.</summary>
    public bool Contains(string name) => PictureName.Hash(name) % (UInt128)Count == (UInt128)Index;

    /// <summary>Reads <c>I/N</c>, with I from 0 to N - 1 as in a Kubernetes Job.</summary>
    public static bool TryParse(string text, out Shard shard)
    {
        shard = default;
        var parts = text.Split('/');
        if (parts.Length != 2 || !TryNumber(parts[0], out var index) || !TryNumber(parts[1], out var count) || index >= count)
        {
            return false;
        }

        shard = new Shard(index, count);
        return true;
    }

    private static bool TryNumber([NotNullWhen(true)] string? text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
