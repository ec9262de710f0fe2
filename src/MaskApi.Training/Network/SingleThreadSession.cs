using MaskApi.Vision.Inference;
using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Training.Network;

/// <summary>Opens ONNX models in memory to be run one picture and thread at a time, as the service runs them.</summary>
internal static class SingleThreadSession
{
    /// <summary>Opens a model.</summary>
    /// <param name="model">The bytes of the <c>.onnx</c> file.</param>
    /// <returns>The session, owned by the caller.</returns>
    /// <exception cref="OnnxRuntimeException">The bytes are no model that can be run.</exception>
    public static InferenceSession Open(byte[] model)
    {
        RuntimeTelemetry.EnsureOff();
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        return new InferenceSession(model, options);
    }
}
