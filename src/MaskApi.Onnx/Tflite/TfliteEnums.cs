namespace MaskApi.Onnx.Tflite;

/// <summary>Supported element types, numbered as in TensorFlow Lite's schema (<c>TensorType</c>).</summary>
public enum TfliteElementType
{
    /// <summary>32-bit float.</summary>
    Float32 = 0,

    /// <summary>16-bit float.</summary>
    Float16 = 1,

    /// <summary>32-bit signed integer.</summary>
    Int32 = 2,
}

/// <summary>Supported operators, numbered as in TensorFlow Lite's schema (<c>BuiltinOperator</c>).</summary>
public enum TfliteOperatorCode
{
    /// <summary>Element-wise sum.</summary>
    Add = 0,

    /// <summary>Concatenation along an axis.</summary>
    Concatenation = 2,

    /// <summary>Convolution, kernel OHWI.</summary>
    Conv2D = 3,

    /// <summary>One filter per channel, kernel 1HWC.</summary>
    DepthwiseConv2D = 4,

    /// <summary>Here: a float16 constant widened to float32.</summary>
    Dequantize = 6,

    /// <summary>Max pooling.</summary>
    MaxPool2D = 17,

    /// <summary>max(x, 0).</summary>
    Relu = 19,

    /// <summary>min(max(x, 0), 6).</summary>
    Relu6 = 21,

    /// <summary>Reshape.</summary>
    Reshape = 22,

    /// <summary>Bilinear interpolation to a constant size.</summary>
    ResizeBilinear = 23,

    /// <summary>Zero padding.</summary>
    Pad = 34,
}

/// <summary>Padding of a convolution or pooling, numbered as in TensorFlow Lite's schema (<c>Padding</c>).</summary>
public enum TflitePadding
{
    /// <summary>Enough zeros for <c>ceil(size / stride)</c> outputs.</summary>
    Same = 0,

    /// <summary>None.</summary>
    Valid = 1,
}

/// <summary>Activation fused into an operator, numbered as in TensorFlow Lite's schema (<c>ActivationFunctionType</c>).</summary>
public enum TfliteActivation
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>max(x, 0).</summary>
    Relu = 1,

    /// <summary>min(max(x, 0), 6).</summary>
    Relu6 = 3,
}
