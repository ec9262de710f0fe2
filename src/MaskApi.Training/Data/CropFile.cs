using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using MaskApi.Vision.Geometry;

namespace MaskApi.Training.Data;

/// <summary>
/// A crop cache: a zip with <c>index.json</c> and one JPEG per face. Apart from the backbone it is all that training needs, and any
/// language can read it.
/// </summary>
public static class CropFile
{
    private const string IndexName = "index.json";

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Writes a cache. An existing file is replaced only once the new one is complete.</summary>
    /// <param name="path">The zip file.</param>
    /// <param name="crops">Its content.</param>
    public static void Write(string path, IReadOnlyList<LabelledCrop> crops)
    {
        ArgumentNullException.ThrowIfNull(crops);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var partial = path + ".partial";
        using (var zip = ZipFile.Open(Deleted(partial), ZipArchiveMode.Create))
        {
            var entries = new Entry[crops.Count];
            for (var i = 0; i < crops.Count; i++)
            {
                entries[i] = Entry.Of(crops[i], $"crops/{i:D6}.jpg");
                using var file = Create(zip, entries[i].File, CompressionLevel.NoCompression);
                file.Write(crops[i].Encoded.Span);
            }

            using var index = Create(zip, IndexName, CompressionLevel.Optimal);
            JsonSerializer.Serialize(index, entries, _json);
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Reads a cache into memory. The pictures stay encoded.</summary>
    /// <param name="path">The zip file.</param>
    /// <exception cref="InvalidDataException">The file is not a crop cache.</exception>
    public static IReadOnlyList<LabelledCrop> Read(string path)
    {
        using var zip = Open(path);
        var index = zip.GetEntry(IndexName) ?? throw new InvalidDataException($"'{path}' has no {IndexName}: it is not a crop cache.");
        using var stream = index.Open();
        var entries = JsonSerializer.Deserialize<Entry[]>(stream, _json) ?? [];
        return [.. entries.Select(e => e.ToCrop(Bytes(zip, e.File)))];
    }

    /// <summary>Fingerprint of the training data: SHA-256 over every crop's labels, boxes and pixels.</summary>
    /// <param name="crops">The crops, in order.</param>
    public static string Fingerprint(IReadOnlyList<LabelledCrop> crops)
    {
        ArgumentNullException.ThrowIfNull(crops);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var crop in crops)
        {
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(Entry.Of(crop, string.Empty), _json));
            hash.AppendData(crop.Encoded.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static ZipArchive Open(string path)
    {
        try
        {
            return ZipFile.OpenRead(path);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{path}' is not a zip: it is not a crop cache.", e);
        }
    }

    private static string Deleted(string path)
    {
        File.Delete(path);
        return path;
    }

    private static Stream Create(ZipArchive zip, string name, CompressionLevel level)
    {
        var entry = zip.CreateEntry(name, level);
        entry.LastWriteTime = DateTimeOffset.UnixEpoch.AddYears(10); // Equal content gives an equal file. Zip dates start in 1980.
        return entry.Open();
    }

    private static byte[] Bytes(ZipArchive zip, string name)
    {
        var entry = zip.GetEntry(name) ?? throw new InvalidDataException($"The crop cache lacks '{name}'.");
        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed record Entry(
        string File, string Source, string Picture, string Part, FaceLabel Label, BoxOrigin Origin, float Confidence, int PictureWidth,
        int PictureHeight, float[] Box, int[] Region, string CropHash, string PictureHash, string Tag = "", string Series = "")
    {
        public static Entry Of(LabelledCrop crop, string file) => new(
            file, crop.Source, crop.Picture, crop.Part, crop.Label, crop.Origin, crop.Confidence, crop.PictureWidth, crop.PictureHeight,
            [crop.Box.X, crop.Box.Y, crop.Box.Width, crop.Box.Height],
            [crop.Region.X, crop.Region.Y, crop.Region.Width, crop.Region.Height],
            crop.CropHash.ToString("x16", null), crop.PictureHash.ToString("x16", null), crop.Tag, crop.Series);

        public LabelledCrop ToCrop(byte[] encoded) => new(
            Source, Picture, Part, Label, Origin, Confidence, PictureWidth, PictureHeight,
            new PixelBox(Box[0], Box[1], Box[2], Box[3]), new PixelRegion(Region[0], Region[1], Region[2], Region[3]),
            Convert.ToUInt64(CropHash, 16), Convert.ToUInt64(PictureHash, 16), Tag, Series, encoded);
    }
}
