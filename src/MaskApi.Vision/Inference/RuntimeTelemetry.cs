using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Vision.Inference;

/// <summary>
/// ONNX Runtime's released builds report processes, sessions and errors to their maker over the network, and keep a device id
/// on disk, unless told not to before the runtime is first used. This library looks at people's faces: nothing leaves.
/// </summary>
/// <remarks>https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md</remarks>
internal static partial class RuntimeTelemetry
{
    /// <summary>The variable that is a full opt-out outside Windows, where it is set when the runtime loads.</summary>
    internal const string Variable = "ORT_DISABLE_TELEMETRY";

    private static readonly Lazy<bool> _off = new(TurnOff);

    /// <summary>Turns the reports off, once; to be called before anything of ONNX Runtime is.</summary>
    internal static void EnsureOff() => _ = _off.Value;

    private static bool TurnOff()
    {
        if (OperatingSystem.IsWindows())
        {
            // There the reports are events of the operating system, sent only where its user agreed to that.
            OrtEnv.Instance().DisableTelemetryEvents();
            return true;
        }

        // Environment.SetEnvironmentVariable changes .NET's copy alone; native code reads the process's own.
        return SetNativeVariable(Variable, "1", overwrite: 1) == 0;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNativeVariable(string name, string value, int overwrite);
}
