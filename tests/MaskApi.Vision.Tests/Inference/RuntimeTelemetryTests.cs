using System.Runtime.InteropServices;
using MaskApi.Vision.Inference;

namespace MaskApi.Vision.Tests.Inference;

public sealed partial class RuntimeTelemetryTests
{
    [Fact]
    public void Native_code_sees_the_opt_out()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has its own switch.");
        RuntimeTelemetry.EnsureOff();
        Assert.Equal("1", Marshal.PtrToStringUTF8(GetNativeVariable(RuntimeTelemetry.Variable)));
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetNativeVariable(string name);
}
