using System.Runtime.InteropServices;

namespace MaskApi.Vision.Inference;

/// <summary>
/// The C library's heap, where codecs, inference and the JIT work. Its settings hold for the whole process, so whoever owns the process
/// chooses them. Nothing happens if the C library is not glibc.
/// </summary>
public static class NativeHeap
{
    // From malloc.h.
    private const int TrimThreshold = -1;
    private const int MappingThreshold = -3;
    private const int MaxMappings = -4;
    private const int MaxArenas = -8;

    /// <summary>
    /// Blocks of at least this size are released when freed. Smaller ones would cost more in page faults than their memory is worth. Pixels
    /// and tensors are larger, and their owners pool them.
    /// </summary>
    private const int LargeBlock = 4 << 20;

    /// <summary>Free bytes that an arena keeps at its end, where <see cref="Trim"/> does not reach.</summary>
    private const int KeptAtEnd = 1 << 20;

    /// <summary>Each arena has its own holes, and more threads than this rarely work at the same time.</summary>
    private const int ArenasPerCore = 2;

    /// <summary>
    /// For services: keeps memory from growing with time. glibc keeps up to eight arenas per core and releases only what is free at the end
    /// of one. Each large block that is freed raises the thresholds for releasing blocks and arena ends, up to 32 and 64 MB, so holes
    /// accumulate: under load, 5 MB in 4 minutes, while the memory in use stayed within 0.1 MB.
    /// </summary>
    public static void ReleaseFreedMemory() => OnGlibc(static () =>
    {
        _ = mallopt(MappingThreshold, LargeBlock);
        _ = mallopt(TrimThreshold, KeptAtEnd);
        _ = mallopt(MaxArenas, ArenasPerCore * Environment.ProcessorCount);
    });

    /// <summary>
    /// For training: keeps freed memory in the process. glibc releases every block of over 32 MB, and torch frees and takes such blocks in
    /// every step. Zeroing their pages each time took 15 % of the processor, and more on a virtual machine.
    /// </summary>
    public static void KeepFreedMemory() => OnGlibc(static () =>
    {
        _ = mallopt(TrimThreshold, int.MaxValue);
        _ = mallopt(MaxMappings, 0);
    });

    /// <summary>Releases all free whole pages; takes some milliseconds.</summary>
    public static void Trim() => OnGlibc(static () => _ = malloc_trim(0));

    private static void OnGlibc(Action call)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            call();
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such functions, and no such habits.
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int mallopt(int parameter, int value);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int malloc_trim(nuint keepAtEnd);
}
