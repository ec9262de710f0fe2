namespace MaskApi.Client.Tests;

/// <summary>Pictures to send.</summary>
internal static class Pictures
{
    /// <summary>A portrait: 512 x 512 pixels, one face, no mask.</summary>
    internal static string AstronautFile { get; } = Path.Combine(AppContext.BaseDirectory, "Pictures", "astronaut.jpg");

    /// <summary>The portrait.</summary>
    internal static Picture Astronaut { get; } = Picture.FromBytes(File.ReadAllBytes(AstronautFile));

    /// <summary>Text, not a picture.</summary>
    internal static Picture Text { get; } = Picture.FromBytes("This is a text, whatever its name says."u8.ToArray());
}
