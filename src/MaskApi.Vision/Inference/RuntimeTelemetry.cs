using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace MaskApi.Vision.Inference;

/// <summary>
/// Turns ONNX Runtime's telemetry off. Its released builds report processes, sessions and errors to their maker and keep a device id on
/// disk, unless told not to before first use. This library looks at people's faces, so nothing leaves.
/// </summary>
/// <remarks>https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md</remarks>
internal static partial class RuntimeTelemetry
{
    /// <summary>Outside Windows, this variable is a full opt-out if set before the runtime loads.</summary>
    internal const string Variable = "ORT_DISABLE_TELEMETRY";

    private static readonly Lazy<bool> _off = new(TurnOff);

    /// <summary>Turns telemetry off, once; must run before anything else of ONNX Runtime.</summary>
    internal static void EnsureOff() => _ = _off.Value;

    private static bool TurnOff()
    {
        if (OperatingSystem.IsWindows())
        {
            // On Windows, reports are events of the operating system, sent only if its user agreed.
            OrtEnv.Instance().DisableTelemetryEvents();
            return true;
        }

        // Environment.SetEnvironmentVariable changes only .NET's copy; native code reads the process's own.
        return SetNativeVariable(Variable, "1", overwrite: 1) == 0;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNativeVariable(string name, string value, int overwrite);
}
