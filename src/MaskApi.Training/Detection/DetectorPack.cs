using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Detection;

/// <summary>A picture in a pack.</summary>
/// <param name="Name">Data set and file.</param>
/// <param name="Boxes">Every face that people drew, in pixels; none where nobody is in the picture, null where nobody labelled it.</param>
/// <param name="Encoded">The file.</param>
internal sealed record PackedPicture(string Name, IReadOnlyList<PixelBox>? Boxes, ReadOnlyMemory<byte> Encoded)
{
    /// <summary>The fold of a picture, the same in every run.</summary>
    /// <param name="folds">How many there are.</param>
    public int Fold(int folds) => FoldOf(Name, folds);

    /// <summary>The fold of a picture that is in no pack.</summary>
    /// <param name="name">Data set and file, as in a pack.</param>
    /// <param name="folds">How many there are.</param>
    public static int FoldOf(string name, int folds) =>
        (int)(BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(name))) % (uint)folds);
}

/// <summary>All pictures that tuning needs in one zip, <c>index.json</c> and the files, so that it can run where the data sets are not.</summary>
internal static class DetectorPack
{
    private const string IndexName = "index.json";

    /// <summary>Writes a pack; equal pictures give an equal file.</summary>
    /// <param name="path">The zip file.</param>
    /// <param name="pictures">Its content, one at a time.</param>
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
                var entry = new Entry($"pictures/{entries.Count:D6}", picture.Name, picture.Boxes?.Select(b => new[] { b.X, b.Y, b.Width, b.Height }).ToArray());
                entries.Add(entry);
                using var file = Create(zip, entry.File, CompressionLevel.NoCompression);
                file.Write(picture.Encoded.Span);
            }

            using var index = Create(zip, IndexName, CompressionLevel.Optimal);
            JsonSerializer.Serialize(index, entries, JsonSerializerOptions.Web);
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Reads a pack into memory; the pictures stay encoded.</summary>
    /// <param name="path">The zip file.</param>
    /// <exception cref="InvalidDataException">It is not a pack.</exception>
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
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // The first that a zip can tell.
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
