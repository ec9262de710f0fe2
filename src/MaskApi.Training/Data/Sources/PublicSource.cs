using System.Text.Json;

namespace MaskApi.Training.Data.Sources;

/// <summary>A file to download.</summary>
/// <param name="Path">Where it goes, relative to the source's folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record SourceFile(string Path, long Size, string Sha256);

/// <summary>A zip archive whose class folders are unpacked.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Root">Folder in it that holds <c>with_mask/</c> and <c>without_mask/</c>; the archive's own top folder is not counted.</param>
/// <param name="Sha256">Lower-case hexadecimal; null where the publisher fixes none, as for an archive that is made on request.</param>
public sealed record SourceArchive(Uri Url, string Root, string? Sha256 = null);

/// <summary>Something public to train with, and where it is.</summary>
/// <param name="Name">What <c>fetch</c> calls it.</param>
/// <param name="About">What it is.</param>
/// <param name="License">What its publishers allow, as far as they say.</param>
/// <param name="Page">Where to read more.</param>
/// <param name="BaseUrl">Address that the files' paths are relative to.</param>
/// <param name="Files">Its files, or null.</param>
/// <param name="Archive">Its archive, or null.</param>
public sealed record PublicSource(
    string Name, string About, string License, Uri Page, Uri? BaseUrl, IReadOnlyList<SourceFile>? Files, SourceArchive? Archive)
{
    /// <summary>All that <c>fetch</c> knows.</summary>
    public static IReadOnlyList<PublicSource> All { get; } =
        JsonSerializer.Deserialize<PublicSource[]>(Resource("sources.json"), JsonSerializerOptions.Web)!;

    /// <summary>How the backbone's files make up its layers: the <c>layers.json</c> that <c>--backbone</c> expects.</summary>
    public static byte[] BackboneLayers => Resource("backbone-layers.json");

    private static byte[] Resource(string name)
    {
        using var stream = typeof(PublicSource).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
