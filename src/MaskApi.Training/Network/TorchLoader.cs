using System.Runtime.InteropServices;
using MaskApi.Vision.Inference;
using TorchSharp;

namespace MaskApi.Training.Network;

/// <summary>
/// Loads libtorch before first use. If the system's C++ runtime is older than the one that TorchSharp's native library was built with
/// (Debian 12 has <c>GLIBCXX_3.4.30</c>, the library wants <c>GLIBCXX_3.4.32</c>), it loads a copy of that library that marks the newer
/// version as weak.
/// </summary>
/// <remarks>
/// The only symbol with the newer version is <c>std::ios_base_library_init</c>, an empty marker that nothing calls, so a weak requirement
/// is safe. If the plain load works (Ubuntu 24.04, Windows, macOS), nothing is changed.
/// </remarks>
public static class TorchLoader
{
    /// <summary>
    /// Environment variable with the folder of another libtorch (such as one built for CUDA) to load instead of the package's.
    /// </summary>
    public const string LibTorchVariable = "MASKAPI_LIBTORCH";

    private const string NewestVersion = "GLIBCXX_3.4.32";

    private static readonly Lock _gate = new();
    private static bool _loaded;

    /// <summary>Loads libtorch and picks a device.</summary>
    /// <param name="name"><c>auto</c> (CUDA if available), <c>cpu</c> or <c>cuda</c>.</param>
    /// <returns>The device for tensors.</returns>
    /// <exception cref="PlatformNotSupportedException"><c>cuda</c> is not available.</exception>
    /// <exception cref="InvalidOperationException">libtorch does not load.</exception>
    /// <exception cref="ArgumentException">The name is none of these.</exception>
    public static torch.Device Device(string name)
    {
        EnsureLoaded();
        return name switch
        {
            "cpu" => torch.CPU,
            "cuda" when !torch.cuda.is_available() =>
                throw new PlatformNotSupportedException(
                    "No CUDA device: install a libtorch-cuda package (deploy/training/README.md says how)."),
            "cuda" => torch.CUDA,
            "auto" => torch.cuda.is_available() ? torch.CUDA : torch.CPU,
            _ => throw new ArgumentException($"Unknown device '{name}': use auto, cpu or cuda.", nameof(name)),
        };
    }

    /// <summary>Loads libtorch, once per process. Thread-safe.</summary>
    /// <exception cref="InvalidOperationException">The native libraries are missing or unsuitable; the message names the file and the
    /// reason.</exception>
    public static void EnsureLoaded()
    {
        lock (_gate)
        {
            if (_loaded)
            {
                return;
            }

            if (OperatingSystem.IsLinux())
            {
                NativeHeap.KeepFreedMemory();
                LoadOnLinux();
            }

            torch.InitializeDeviceType(DeviceType.CPU);
            _loaded = true;
        }
    }

    private static void LoadOnLinux()
    {
        var bridge = Locate("libLibTorchSharp.so");
        var torchFolder = Environment.GetEnvironmentVariable(LibTorchVariable) ?? Path.GetDirectoryName(Locate("libtorch_cpu.so"))!;
        try
        {
            // In dependency order: later loads find these by name, wherever the bridge itself is.
            string[] libraries = ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];
            foreach (var library in libraries)
            {
                var path = Path.Combine(torchFolder, library);
                if (File.Exists(path))
                {
                    NativeLibrary.Load(path);
                }
            }

            if (NativeLibrary.TryLoad(bridge, out _))
            {
                return;
            }

            NativeLibrary.Load(WeakenedCopy(bridge));
        }
        catch (DllNotFoundException e)
        {
            throw new InvalidOperationException($"libtorch does not load from '{torchFolder}': {e.Message}", e);
        }
    }

    private static string WeakenedCopy(string bridge)
    {
        var bytes = File.ReadAllBytes(bridge);
        if (ElfVersionNeeds.Weaken(bytes, NewestVersion) == 0)
        {
            throw new DllNotFoundException($"'{bridge}' does not load, and {NewestVersion} is not the reason.");
        }

        // A folder of this process's own, so nobody else can have put a library there.
        var folder = Directory.CreateTempSubdirectory("maskapi-torch-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var copy = Path.Combine(folder, Path.GetFileName(bridge));
        File.WriteAllBytes(copy, bytes);
        return copy;
    }

    private static string Locate(string library)
    {
        var folder = AppContext.BaseDirectory;
        string[] places =
        [
            Path.Combine(folder, library),
            Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", library),
            Path.Combine(folder, "runtimes", "linux-x64", "native", library),
        ];
        return Array.Find(places, File.Exists)
            ?? throw new InvalidOperationException($"'{library}' is not beside the program ('{folder}').");
    }
}
