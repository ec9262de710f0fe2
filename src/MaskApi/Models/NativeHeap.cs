using System.Runtime.InteropServices;

namespace MaskApi.Models;

/// <summary>
/// The C library's heap, where codecs, inference and the runtime's own compiler work. glibc keeps up to eight arenas a core and gives
/// back only what is free at the end of one; and each large block that is freed raises the size from which blocks, or ends, are given
/// back at once, up to 32 and 64 MB. So holes gather for as long as a service is used: in one under load, 5 MB of them in 4 minutes,
/// while what was in use stayed the same to 0.1 MB.
/// </summary>
internal static class NativeHeap
{
    // Of malloc.h.
    private const int TrimThreshold = -1;
    private const int MappingThreshold = -3;
    private const int MaxArenas = -8;

    /// <summary>
    /// Blocks from this size on are given back when they are freed. Smaller ones would cost more in page faults than their memory is worth;
    /// pixels and tensors, which are larger, are pooled by their owners.
    /// </summary>
    private const int LargeBlock = 4 << 20;

    /// <summary>Free bytes that an arena keeps at its end, where <see cref="Trim"/> does not reach.</summary>
    private const int KeptAtEnd = 1 << 20;

    /// <summary>Each has holes of its own; no more threads than this are often at work at the same time.</summary>
    private const int ArenasPerCore = 2;

    /// <summary>Fixes the thresholds for the whole process; does nothing where the C library is not glibc.</summary>
    public static void Configure() => OnGlibc(static () =>
    {
        _ = mallopt(MappingThreshold, LargeBlock);
        _ = mallopt(TrimThreshold, KeptAtEnd);
        _ = mallopt(MaxArenas, ArenasPerCore * Environment.ProcessorCount);
    });

    /// <summary>Gives back all whole pages that are free between others; takes some milliseconds.</summary>
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
