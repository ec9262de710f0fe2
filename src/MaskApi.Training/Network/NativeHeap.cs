using System.Runtime.InteropServices;

namespace MaskApi.Training.Network;

/// <summary>
/// Keeps freed memory in the process. glibc gives every block of over 32 MB back to the system, and torch frees and takes such blocks in
/// every step: their pages are then zeroed anew each time, which took 15 % of the processor, and more on a virtual machine.
/// </summary>
internal static class NativeHeap
{
    // Of malloc.h.
    private const int TrimThreshold = -1;
    private const int MaxMappings = -4;

    /// <summary>Takes effect for the whole process; does nothing where the C library is not glibc.</summary>
    public static void KeepFreedMemory()
    {
        try
        {
            _ = mallopt(TrimThreshold, int.MaxValue);
            _ = mallopt(MaxMappings, 0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such function, and no such habit.
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int mallopt(int parameter, int value);
}
