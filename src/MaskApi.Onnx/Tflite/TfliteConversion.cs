namespace MaskApi.Onnx.Tflite;

/// <summary>How a TensorFlow Lite model is carried over where it is not to be taken as it is.</summary>
public sealed record TfliteConversion
{
    /// <summary>The model as it is.</summary>
    public static TfliteConversion AsIs { get; } = new();

    /// <summary>
    /// Constants to write in place of the file's, by index of the tensor that a convolution reads, in that tensor's own axis order
    /// (OHWI, 1HWC): weights that were trained further.
    /// </summary>
    public IReadOnlyDictionary<int, float[]> Constants { get; init; } = new Dictionary<int, float[]>();

    /// <summary>
    /// True for a graph that takes pictures of any height and width whose halvings stay even as often as those of the file's own input
    /// size do. <c>SAME</c> padding is then the same at every size, a resize is written as a factor, and a reshape leaves the number of
    /// cells open.
    /// </summary>
    public bool AnySize { get; init; }
}
