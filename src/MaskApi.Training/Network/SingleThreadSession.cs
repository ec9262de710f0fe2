using MaskApi.Vision.Inference;
using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Training.Network;

/// <summary>Opens ONNX models in memory, to run one picture per thread as the service does.</summary>
internal static class SingleThreadSession
{
    /// <summary>Opens a model.</summary>
    /// <param name="model">The bytes of the <c>.onnx</c> file.</param>
    /// <returns>The session, owned by the caller.</returns>
    /// <exception cref="OnnxRuntimeException">The bytes are not a runnable model.</exception>
    public static InferenceSession Open(byte[] model)
    {
        RuntimeTelemetry.EnsureOff();
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        return new InferenceSession(model, options);
    }
}
