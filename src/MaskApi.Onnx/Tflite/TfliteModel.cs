namespace MaskApi.Onnx.Tflite;

/// <summary>
/// The subgraph of a TensorFlow Lite file. Field numbers are those of TensorFlow Lite's schema, version 3
/// (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs).
/// </summary>
public sealed class TfliteModel
{
    private TfliteModel(TfliteTensor[] tensors, TfliteOperator[] operators, int[] inputs, int[] outputs)
    {
        Tensors = tensors;
        Operators = operators;
        Inputs = inputs;
        Outputs = outputs;
    }

    /// <summary>All tensors. Operators refer to them by index.</summary>
    public IReadOnlyList<TfliteTensor> Tensors { get; }

    /// <summary>All operators, in execution order.</summary>
    public IReadOnlyList<TfliteOperator> Operators { get; }

    /// <summary>Indices of the graph's inputs.</summary>
    public IReadOnlyList<int> Inputs { get; }

    /// <summary>Indices of the graph's outputs.</summary>
    public IReadOnlyList<int> Outputs { get; }

    /// <summary>Reads a <c>.tflite</c> file.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <returns>The model.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a TensorFlow Lite model of version 3, or are damaged.</exception>
    public static TfliteModel Parse(byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            return Read(FlatTable.Root(file, "TFL3"));
        }
        catch (Exception exception) when (exception is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // An offset points outside the file.
            throw new InvalidDataException("The TensorFlow Lite file is truncated or damaged.", exception);
        }
    }

    private static TfliteModel Read(FlatTable model)
    {
        const int version = 0, operatorCodes = 1, subgraphs = 2, buffers = 4;
        if (model.UInt32(version) != 3)
        {
            throw new InvalidDataException($"TensorFlow Lite schema version {model.UInt32(version)} is not supported; 3 is expected.");
        }

        var graphs = model.Tables(subgraphs);
        if (graphs.Length != 1)
        {
            throw new InvalidDataException($"The model has {graphs.Length} subgraphs; one is expected.");
        }

        var data = model.Tables(buffers);
        var codes = model.Tables(operatorCodes).Select(ReadCode).ToArray();

        const int tensors = 0, inputs = 1, outputs = 2, operators = 3;
        return new TfliteModel(
            [.. graphs[0].Tables(tensors).Select(tensor => ReadTensor(tensor, data))],
            [.. graphs[0].Tables(operators).Select(entry => ReadOperator(entry, codes))],
            graphs[0].Int32s(inputs),
            graphs[0].Int32s(outputs));
    }

    private static TfliteOperatorCode ReadCode(FlatTable entry)
    {
        // The byte-sized code came first; codes above 127 are in the wider field, and the larger of the two counts.
        const int narrowCode = 0, wideCode = 3;
        return (TfliteOperatorCode)Math.Max(entry.SByte(narrowCode), entry.Int32(wideCode));
    }

    private static TfliteTensor ReadTensor(FlatTable tensor, FlatTable[] buffers)
    {
        const int shape = 0, type = 1, buffer = 2, name = 3, bufferData = 0;
        return new TfliteTensor(
            tensor.Text(name),
            (TfliteElementType)tensor.SByte(type),
            tensor.Int32s(shape),
            buffers[(int)tensor.UInt32(buffer)].Bytes(bufferData));
    }

    private static TfliteOperator ReadOperator(FlatTable entry, TfliteOperatorCode[] codes)
    {
        const int code = 0, inputs = 1, outputs = 2, options = 4;
        return new TfliteOperator(
            codes[(int)entry.UInt32(code)], entry.Int32s(inputs), entry.Int32s(outputs), entry.Child(options));
    }
}
