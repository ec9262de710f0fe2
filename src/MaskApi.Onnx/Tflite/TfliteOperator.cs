namespace MaskApi.Onnx.Tflite;

/// <summary>An operator of a TensorFlow Lite graph.</summary>
public sealed class TfliteOperator
{
    private readonly FlatTable? _options;

    internal TfliteOperator(TfliteOperatorCode code, int[] inputs, int[] outputs, FlatTable? options)
    {
        Code = code;
        Inputs = inputs;
        Outputs = outputs;
        _options = options;
    }

    /// <summary>Its type. A code outside the enumeration is unknown to the converter.</summary>
    public TfliteOperatorCode Code { get; }

    /// <summary>Indices of the input tensors; −1 for an omitted optional one.</summary>
    public IReadOnlyList<int> Inputs { get; }

    /// <summary>Indices of its output tensors.</summary>
    public IReadOnlyList<int> Outputs { get; }

    // Options tables are read by field number. Each caller names the schema table.
    internal int OptionInt32(int field, int otherwise = 0) => _options?.Int32(field, otherwise) ?? otherwise;

    internal int OptionSByte(int field) => _options?.SByte(field) ?? 0;

    internal bool OptionBoolean(int field) => _options?.Boolean(field) ?? false;
}
