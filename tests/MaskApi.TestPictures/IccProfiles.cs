using System.Buffers.Binary;
using System.Text;

namespace MaskApi.TestPictures;

/// <summary>Color profiles, written tag by tag (ICC.1:2022).</summary>
public static class IccProfiles
{
    // sRGB's and Display P3's primaries, adapted to D50, as in their profiles.
    private static readonly double[][] _srgb = [[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410]];
    private static readonly double[][] _p3 = [[0.51512, 0.24120, -0.00105], [0.29198, 0.69225, 0.04189], [0.15710, 0.06657, 0.78407]];

    // CIELAB values (D50) of sRGB's eight corners, blue changing fastest.
    private static readonly double[][] _corners =
    [
        [0, 0, 0], [29.57, 68.30, -112.03], [87.82, -79.27, 80.99], [90.67, -50.67, -14.96],
        [54.29, 80.81, 69.89], [60.17, 93.55, -60.50], [97.61, -15.75, 93.39], [100, 0, 0],
    ];

    /// <summary>One profile of each kind.</summary>
    public static IReadOnlyDictionary<string, byte[]> All { get; } = new Dictionary<string, byte[]>
    {
        ["sRGB"] = Create("RGB ", [.. Matrix(_srgb, SrgbCurve())]),
        ["sRGB with a gamma curve"] = Create("RGB ", [.. Matrix(_srgb, Gamma(2.2))]),
        ["Display P3"] = Create("RGB ", [.. Matrix(_p3, SrgbCurve())]),
        ["red and blue swapped by the matrix"] = Create("RGB ", [.. Matrix([_srgb[2], _srgb[1], _srgb[0]], SrgbCurve())]),
        ["sRGB as tables"] = Create("RGB ", ("A2B0", Table(static (r, g, b) => (r, g, b)))),
        ["red and blue swapped by tables"] = Create("RGB ", ("A2B0", Table(static (r, g, b) => (b, g, r)))),
        ["sRGB by the matrix, red and blue swapped by tables"] =
            Create("RGB ", [.. Matrix(_srgb, SrgbCurve()), ("A2B0", Table(static (r, g, b) => (b, g, r)))]),
        ["gray"] = Create("GRAY", ("kTRC", Gamma(1.8)), ("wtpt", Xyz([0.9642, 1, 0.8249]))),
        ["not a profile"] = [.. Enumerable.Range(0, 200).Select(static i => (byte)i)],
    };

    private static IEnumerable<(string Name, byte[] Data)> Matrix(double[][] primaries, byte[] curve) =>
    [
        ("wtpt", Xyz([0.9642, 1, 0.8249])),
        ("rXYZ", Xyz(primaries[0])), ("gXYZ", Xyz(primaries[1])), ("bXYZ", Xyz(primaries[2])),
        ("rTRC", curve), ("gTRC", curve), ("bTRC", curve),
    ];

    private static byte[] Create(string colors, params (string Name, byte[] Data)[] tags)
    {
        var tables = Array.Exists(tags, static tag => tag.Name == "A2B0");
        var start = 132 + (12 * tags.Length);
        using var data = new MemoryStream();
        using var directory = new MemoryStream();
        directory.Write(UInt32(tags.Length));
        foreach (var (name, bytes) in tags)
        {
            directory.Write([.. Encoding.ASCII.GetBytes(name), .. UInt32(start + (int)data.Length), .. UInt32(bytes.Length)]);
            data.Write([.. bytes, .. new byte[-bytes.Length & 3]]);
        }

        var header = new byte[128];
        UInt32(start + (int)data.Length).CopyTo(header, 0);
        UInt32(0x02400000).CopyTo(header, 8);
        Encoding.ASCII.GetBytes("mntr" + colors + (tables ? "Lab " : "XYZ ")).CopyTo(header, 12);
        "acsp"u8.CopyTo(header.AsSpan(36));
        Xyz([0.9642, 1, 0.8249])[8..].CopyTo(header, 68);
        return [.. header, .. directory.ToArray(), .. data.ToArray()];
    }

    /// <summary>A 16-bit look-up table (mft2) with just the corners.</summary>
    private static byte[] Table(Func<int, int, int, (int R, int G, int B)> colors)
    {
        using var table = new MemoryStream();
        table.Write([.. "mft2"u8, 0, 0, 0, 0, 3, 3, 2, 0]);
        for (var i = 0; i < 9; i++)
        {
            table.Write(UInt32(i % 4 == 0 ? 0x10000 : 0));
        }

        table.Write([0, 2, 0, 2]);
        byte[] straight = [0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255];
        table.Write(straight);
        for (var corner = 0; corner < 8; corner++)
        {
            var (r, g, b) = colors(corner >> 2, (corner >> 1) & 1, corner & 1);
            var lab = _corners[(r << 2) | (g << 1) | b];

            // The older encoding of CIELAB: 100 is FF00, and 8000 is 0.
            table.Write([.. UInt16(lab[0] * 652.8), .. UInt16((lab[1] + 128) * 256), .. UInt16((lab[2] + 128) * 256)]);
        }

        table.Write(straight);
        return table.ToArray();
    }

    private static byte[] SrgbCurve() =>
    [
        .. "para"u8, 0, 0, 0, 0, 0, 3, 0, 0,
        .. Fixed(2.4), .. Fixed(1 / 1.055), .. Fixed(0.055 / 1.055), .. Fixed(1 / 12.92), .. Fixed(0.04045),
    ];

    private static byte[] Gamma(double gamma) => [.. "curv"u8, 0, 0, 0, 0, 0, 0, 0, 1, .. UInt16(gamma * 256)];

    private static byte[] Xyz(double[] values) => [.. "XYZ "u8, 0, 0, 0, 0, .. values.SelectMany(Fixed)];

    private static byte[] Fixed(double value) => UInt32((int)Math.Round(value * 65536));

    private static byte[] UInt16(double value) => UInt32((int)Math.Round(value))[2..];

    private static byte[] UInt32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
