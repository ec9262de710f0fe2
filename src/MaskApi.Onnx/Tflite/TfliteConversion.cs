namespace MaskApi.Onnx.Tflite;

/// <summary>How a TensorFlow Lite model is changed during conversion.</summary>
public sealed record TfliteConversion
{
    /// <summary>The model unchanged.</summary>
    public static TfliteConversion AsIs { get; } = new();

    /// <summary>
    /// Constants that replace the file's, by index of the tensor that a convolution reads, in that tensor's own axis order (OHWI, 1HWC):
    /// weights from further training.
    /// </summary>
    public IReadOnlyDictionary<int, float[]> Constants { get; init; } = new Dictionary<int, float[]>();

    /// <summary>
    /// True for a graph that takes pictures of any size that can be halved as often as the file's own input size. <c>SAME</c> padding is
    /// then the same at every size, a resize becomes a factor, and a reshape leaves the number of cells open.
    /// </summary>
    public bool AnySize { get; init; }
}
