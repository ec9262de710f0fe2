namespace MaskApi.Onnx.Graphs;

/// <summary>Element types of ONNX tensors, numbered as in <c>TensorProto.DataType</c>.</summary>
public enum ElementType
{
    /// <summary>No type: never valid in a graph.</summary>
    Undefined = 0,

    /// <summary>32-bit IEEE float.</summary>
    Float32 = 1,

    /// <summary>Unsigned byte, 0–255.</summary>
    UInt8 = 2,

    /// <summary>32-bit signed integer.</summary>
    Int32 = 6,

    /// <summary>64-bit signed integer.</summary>
    Int64 = 7,
}
