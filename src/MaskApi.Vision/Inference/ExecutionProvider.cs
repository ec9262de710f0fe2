namespace MaskApi.Vision.Inference;

/// <summary>The device that ONNX Runtime runs the models on.</summary>
public enum ExecutionProvider
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; needs the build with <c>-p:OnnxRuntimeGpu=true</c> and the CUDA libraries.</summary>
    Cuda,
}
