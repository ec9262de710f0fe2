using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Detection;

/// <summary>A picture in a pack.</summary>
/// <param name="Name">Data set and file name.</param>
/// <param name="Boxes">All annotated faces, in pixels; empty for a picture without people, null if unlabelled.</param>
/// <param name="Encoded">The encoded picture.</param>
internal sealed record PackedPicture(string Name, IReadOnlyList<PixelBox>? Boxes, ReadOnlyMemory<byte> Encoded)
{
    /// <summary>The picture's fold, the same in every run.</summary>
    /// <param name="folds">Number of folds.</param>
    public int Fold(int folds) => FoldOf(Name, folds);

    /// <summary>The fold of a picture outside a pack.</summary>
    /// <param name="name">Data set and file name, as in a pack.</param>
    /// <param name="folds">Number of folds.</param>
    public static int FoldOf(string name, int folds) =>
        (int)(BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(name))) % (uint)folds);
}

/// <summary>
/// All pictures for tuning in one zip with an <c>index.json</c>, so that tuning can run on a machine without the data sets.
/// </summary>
internal static class DetectorPack
{
    private const string IndexName = "index.json";

    /// <summary>Writes a pack. Equal pictures give an equal file.</summary>
    /// <param name="path">The zip file.</param>
    /// <param name="pictures">Its pictures, enumerated once.</param>
    public static void Write(string path, IEnumerable<PackedPicture> pictures)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var partial = path + ".partial";
        File.Delete(partial);
        using (var zip = ZipFile.Open(partial, ZipArchiveMode.Create))
        {
            var entries = new List<Entry>();
            foreach (var picture in pictures)
            {
                var boxes = picture.Boxes?.Select(b => new[] { b.X, b.Y, b.Width, b.Height }).ToArray();
                var entry = new Entry($"pictures/{entries.Count:D6}", picture.Name, boxes);
                entries.Add(entry);
                using var file = Create(zip, entry.File, CompressionLevel.NoCompression);
                file.Write(picture.Encoded.Span);
            }

            using var index = Create(zip, IndexName, CompressionLevel.Optimal);
            JsonSerializer.Serialize(index, entries, JsonSerializerOptions.Web);
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Reads a pack into memory. The pictures stay encoded.</summary>
    /// <param name="path">The zip file.</param>
    /// <exception cref="InvalidDataException">The file is not a pack.</exception>
    public static IReadOnlyList<PackedPicture> Read(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        using var index = new MemoryStream(Bytes(zip, IndexName));
        var entries = JsonSerializer.Deserialize<List<Entry>>(index, JsonSerializerOptions.Web) ?? [];
        return [.. entries.Select(e => new PackedPicture(
            e.Name, e.Boxes?.Select(b => new PixelBox(b[0], b[1], b[2], b[3])).ToArray(), Bytes(zip, e.File)))];
    }

    private static Stream Create(ZipArchive zip, string name, CompressionLevel level)
    {
        var entry = zip.CreateEntry(name, level);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // The earliest date that a zip can store.
        return entry.Open();
    }

    private static byte[] Bytes(ZipArchive zip, string name)
    {
        var entry = zip.GetEntry(name) ?? throw new InvalidDataException($"The file has no '{name}': it is not a detector pack.");
        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed record Entry(string File, string Name, float[][]? Boxes);
}
