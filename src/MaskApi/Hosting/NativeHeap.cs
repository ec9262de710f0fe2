using System.Runtime.InteropServices;

namespace MaskApi.Hosting;

/// <summary>
/// The C library's heap, where codecs, inference and the runtime's own compiler work. glibc keeps several arenas and gives back only
/// what is free at the end of one; and each large block that is freed raises the size from which blocks are given back at once, up to
/// 32 MB. So holes gather for as long as a service is used: in one under load, 5 MB of them in 4 minutes, while what was in use stayed
/// the same to 0.1 MB.
/// </summary>
internal static class NativeHeap
{
    // Of malloc.h.
    private const int TrimThreshold = -1;
    private const int MappingThreshold = -3;

    /// <summary>
    /// Blocks from this size on are given back when they are freed. Smaller ones would cost more in page faults than their memory is worth;
    /// pixels and tensors, which are larger, are pooled by their owners.
    /// </summary>
    private const int LargeBlock = 4 << 20;

    /// <summary>Free bytes at an arena's end that are kept, until the next <see cref="Trim"/>.</summary>
    private const int KeptAtEnd = 16 << 20;

    /// <summary>Fixes the thresholds for the whole process; does nothing where the C library is not glibc.</summary>
    public static void Configure() => OnGlibc(static () =>
    {
        _ = mallopt(MappingThreshold, LargeBlock);
        _ = mallopt(TrimThreshold, KeptAtEnd);
    });

    /// <summary>Gives all whole pages that are free back to the system; takes some milliseconds.</summary>
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
