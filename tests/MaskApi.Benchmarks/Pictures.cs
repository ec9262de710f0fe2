namespace MaskApi.Benchmarks;

/// <summary>The pictures that are timed.</summary>
internal static class Pictures
{
    /// <summary>Where a committed picture lies.</summary>
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Pictures", name);

    /// <summary>A committed picture's bytes.</summary>
    public static byte[] Read(string name) => File.ReadAllBytes(PathOf(name));
}
