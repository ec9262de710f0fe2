using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MaskApi.Cli.Inputs;

/// <summary>One of several parts of the pictures, equal in size on average. A picture is in the same part on every machine and in every run.</summary>
/// <param name="Index">The part, from 0.</param>
/// <param name="Count">The number of parts.</param>
internal readonly record struct Shard(int Index, int Count)
{
    /// <summary>All pictures.</summary>
    public static Shard All { get; } = new(0, 1);

    /// <summary>Whether a picture is in this part.</summary>
    /// <param name="hash">The hash of its name.</param>
    public bool Contains(UInt128 hash) => hash % (UInt128)Count == (UInt128)Index;

    /// <summary>Parses <c>I/N</c>, with I from 0 to N - 1 as in an indexed Kubernetes Job.</summary>
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
