using System.Globalization;

namespace MaskApi.Onnx.Graphs;

/// <summary>One axis of a graph input or output: a fixed size, or a name for a size known only at run time.</summary>
public readonly record struct Dimension
{
    private Dimension(long size, string? name) => (Size, Name) = (size, name);

    /// <summary>The fixed size, or 0 if the axis is dynamic.</summary>
    public long Size { get; }

    /// <summary>The symbol of a dynamic axis (<c>n</c>, <c>height</c>), or null if the size is fixed.</summary>
    public string? Name { get; }

    /// <summary>An axis of fixed size.</summary>
    /// <param name="size">The number of elements, at least 1.</param>
    public static implicit operator Dimension(long size) => Fixed(size);

    /// <summary>An axis whose size is known only at run time.</summary>
    /// <param name="name">The symbol; axes that share a symbol have the same size.</param>
    public static implicit operator Dimension(string name) => Dynamic(name);

    /// <summary>An axis of fixed size.</summary>
    /// <param name="size">The number of elements, at least 1.</param>
    /// <returns>The axis.</returns>
    public static Dimension Fixed(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        return new Dimension(size, null);
    }

    /// <summary>An axis whose size is known only at run time.</summary>
    /// <param name="name">The symbol; axes that share a symbol have the same size.</param>
    /// <returns>The axis.</returns>
    public static Dimension Dynamic(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new Dimension(0, name);
    }

    /// <inheritdoc/>
    public override string ToString() => Name ?? Size.ToString(CultureInfo.InvariantCulture);
}
