namespace MaskApi.Vision.Inference;

/// <summary>Where ONNX Runtime runs the models.</summary>
public enum ExecutionProvider
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; needs the build with <c>-p:OnnxRuntimeGpu=true</c> and the CUDA libraries.</summary>
    Cuda,
}
