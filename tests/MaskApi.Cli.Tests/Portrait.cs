namespace MaskApi.Cli.Tests;

/// <summary>A public-domain portrait (NASA) with one face without a mask.</summary>
internal static class Portrait
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Pictures", "astronaut.jpg");

    public static byte[] Bytes { get; } = File.ReadAllBytes(Path);
}
