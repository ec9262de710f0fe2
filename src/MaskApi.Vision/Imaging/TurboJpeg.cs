using System.Runtime.InteropServices;

namespace MaskApi.Vision.Imaging;

/// <summary>
/// Decodes JPEG with the system's libjpeg-turbo, if installed (<c>libturbojpeg0</c> in Debian and Ubuntu). SkiaSharp includes the same
/// library without its vector code and takes about twice as long for the same pixels, bit for bit. Whatever this cannot decode without
/// complaint is left to SkiaSharp, which decides what is rejected.
/// </summary>
/// <remarks>
/// The functions used exist in every TurboJPEG since 1.2, including 3.x: https://libjpeg-turbo.org/Documentation/Documentation.
/// </remarks>
internal static unsafe partial class TurboJpeg
{
    private const string Library = "turbojpeg";

    private const int Rgba = 7;
    private const int ColorspaceGray = 2;

    /// <summary>The exact inverse transform; a faster, inexact one would give other pixels than SkiaSharp.</summary>
    private const int AccurateTransform = 4096;

    /// <summary>A file with anything odd is left to SkiaSharp at once.</summary>
    private const int StopOnWarning = 8192;

    private static readonly bool _isInstalled = Resolve();

    /// <summary>Whether the library was found.</summary>
    internal static bool IsInstalled => _isInstalled;

    /// <summary>Decodes a file with sRGB colors, as stored.</summary>
    /// <param name="file">The file.</param>
    /// <param name="raster">The destination; its sides are the file's, or a half, a quarter or an eighth of them, rounded up.</param>
    /// <returns>Whether it succeeded; if not, the pixels are undefined.</returns>
    internal static bool TryDecode(ReadOnlySpan<byte> file, Raster raster)
    {
        if (!_isInstalled)
        {
            return false;
        }

        var decoder = Create();
        if (decoder == 0)
        {
            return false;
        }

        try
        {
            fixed (byte* bytes = file)
            {
                return ReadHeader(decoder, bytes, (nuint)file.Length, out _, out _, out _, out var colors) == 0
                    && colors <= ColorspaceGray
                    && Decompress(
                        decoder,
                        bytes,
                        (nuint)file.Length,
                        raster.Address,
                        raster.Width,
                        raster.Stride,
                        raster.Height,
                        Rgba,
                        AccurateTransform | StopOnWarning) == 0;
            }
        }
        finally
        {
            _ = Destroy(decoder);
        }
    }

    private static bool Resolve()
    {
        // Distributions name the file by its binary interface; only the development package has the plain name.
        NativeLibrary.SetDllImportResolver(typeof(TurboJpeg).Assembly, static (name, assembly, path) =>
            name == Library && NativeLibrary.TryLoad("libturbojpeg.so.0", assembly, path, out var handle) ? handle : 0);
        return NativeLibrary.TryLoad(OperatingSystem.IsLinux() ? "libturbojpeg.so.0" : Library, typeof(TurboJpeg).Assembly, null, out _);
    }

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    private static partial nint Create();

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint decoder);

    // "unsigned long" is as wide as a pointer, except on 64-bit Windows.
    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    private static partial int ReadHeader(
        nint decoder, byte* file, nuint length, out int width, out int height, out int subsampling, out int colors);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    private static partial int Decompress(
        nint decoder, byte* file, nuint length, nint pixels, int width, int stride, int height, int format, int flags);
}
