namespace MaskApi.Onnx.Graphs;

/// <summary>Size, stride, dilation and padding of a sliding kernel, in pixels.</summary>
public readonly record struct Window
{
    /// <summary>Height of the kernel.</summary>
    public required int KernelHeight { get; init; }

    /// <summary>Width of the kernel.</summary>
    public required int KernelWidth { get; init; }

    /// <summary>Rows from one position to the next.</summary>
    public int StrideHeight { get; init; }

    /// <summary>Columns from one position to the next.</summary>
    public int StrideWidth { get; init; }

    /// <summary>Rows between neighboring kernel elements.</summary>
    public int DilationHeight { get; init; }

    /// <summary>Columns between neighboring kernel elements.</summary>
    public int DilationWidth { get; init; }

    /// <summary>Rows of padding above the picture.</summary>
    public int Top { get; init; }

    /// <summary>Columns of padding left of the picture.</summary>
    public int Left { get; init; }

    /// <summary>Rows of padding below the picture.</summary>
    public int Bottom { get; init; }

    /// <summary>Columns of padding right of the picture.</summary>
    public int Right { get; init; }

    /// <summary>A square window without padding.</summary>
    /// <param name="kernel">Height and width of the kernel.</param>
    /// <param name="stride">The stride along both axes.</param>
    /// <returns>The window.</returns>
    public static Window Square(int kernel, int stride) => new()
    {
        KernelHeight = kernel,
        KernelWidth = kernel,
        StrideHeight = stride,
        StrideWidth = stride,
        DilationHeight = 1,
        DilationWidth = 1,
    };

    /// <summary>The same window with TensorFlow's <c>SAME</c> padding for a picture of the given size.</summary>
    /// <param name="height">The picture's height.</param>
    /// <param name="width">The picture's width.</param>
    /// <returns>The window.</returns>
    public Window PaddedSame(int height, int width)
    {
        var vertical = SamePadding.For(height, KernelHeight, StrideHeight, DilationHeight);
        var horizontal = SamePadding.For(width, KernelWidth, StrideWidth, DilationWidth);
        return this with
        {
            Top = vertical.Before,
            Bottom = vertical.After,
            Left = horizontal.Before,
            Right = horizontal.After,
        };
    }
}
