using System.Diagnostics.CodeAnalysis;

namespace MaskApi.Vision.Inference;

/// <summary>Arithmetic of the mask classifier.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The field's own words, as operators write them.")]
public enum ModelPrecision
{
    /// <summary>32-bit floats: <c>mask_classifier.onnx</c>.</summary>
    Float,

    /// <summary>
    /// 8-bit integers: <c>mask_classifier_int8.onnx</c>, made from the float model by <c>MaskApi.Training quantize</c>. About 1.7 times as
    /// fast on one thread of a processor with AVX-512 VNNI, no faster with AVX2 alone. Verdicts on borderline faces may differ.
    /// </summary>
    Int8,
}
