using System.Text.Json;

namespace MaskApi.Training.Data.Sources;

/// <summary>A file to download.</summary>
/// <param name="Path">Target path, relative to the source's folder.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Sha256">SHA-256, lower-case hexadecimal.</param>
public sealed record SourceFile(string Path, long Size, string Sha256);

/// <summary>A zip archive with class folders.</summary>
/// <param name="Url">The address.</param>
/// <param name="Root">Its folder with <c>with_mask/</c> and <c>without_mask/</c>, without the archive's own top folder.</param>
/// <param name="Sha256">SHA-256, lower-case hexadecimal; null if the publisher fixes none, as for archives made on request.</param>
public sealed record SourceArchive(Uri Url, string Root, string? Sha256 = null);

/// <summary>A public training resource.</summary>
/// <param name="Name">Its name for <c>fetch</c>.</param>
/// <param name="About">A description.</param>
/// <param name="License">The licence, as far as its publishers state it.</param>
/// <param name="Page">Its web page.</param>
/// <param name="BaseUrl">Base address of the files' paths.</param>
/// <param name="Files">Its files, or null.</param>
/// <param name="Archive">Its archive, or null.</param>
public sealed record PublicSource(
    string Name, string About, string License, Uri Page, Uri? BaseUrl, IReadOnlyList<SourceFile>? Files, SourceArchive? Archive)
{
    /// <summary>All sources of <c>fetch</c>.</summary>
    public static IReadOnlyList<PublicSource> All { get; } =
        JsonSerializer.Deserialize<PublicSource[]>(Resource("sources.json"), JsonSerializerOptions.Web)!;

    /// <summary>The <c>layers.json</c> that <c>--backbone</c> expects: which of the backbone's files make up which layer.</summary>
    public static byte[] BackboneLayers => Resource("backbone-layers.json");

    private static byte[] Resource(string name)
    {
        using var stream = typeof(PublicSource).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
