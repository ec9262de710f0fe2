namespace MaskApi.Vision.Inference;

/// <summary>A model is missing, corrupt or not of the expected shape. The message is a single line for the operator's log.</summary>
public sealed class ModelLoadException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public ModelLoadException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line that names the file and what is wrong with it.</param>
    public ModelLoadException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line that names the file and what is wrong with it.</param>
    /// <param name="innerException">What ONNX Runtime or the file system reported.</param>
    public ModelLoadException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
