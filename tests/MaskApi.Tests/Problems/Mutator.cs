namespace MaskApi.Tests.Problems;

/// <summary>
/// Corrupts files the way transmission, bad tools and attackers do. The same seed gives the same damage, so a finding can
/// be reproduced from the seed that a run prints.
/// </summary>
internal sealed class Mutator(int seed)
{
    /// <summary>Edge values for lengths, sizes and offsets.</summary>
    private static readonly byte[][] _edges =
    [
        [0x00], [0xFF], [0x7F], [0x80], [0x00, 0x00], [0xFF, 0xFF], [0x7F, 0xFF], [0x80, 0x00], [0x00, 0x01],
        [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0x00, 0x00, 0x00], [0x00, 0x00, 0x00, 0x00], [0xFF, 0xFF, 0xFF, 0x7F],
    ];

    private readonly Random _random = new(seed);

    /// <summary>Returns a corrupted copy of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="donor">Another file, from which pieces may be taken.</param>
    public byte[] Mutate(byte[] file, byte[] donor)
    {
        var bytes = new List<byte>(file);
        for (var count = 1 + _random.Next(4); count > 0 && bytes.Count > 8; count--)
        {
            // Half of all changes hit the first 256 bytes, where the headers are.
            var at = _random.Next(2) == 0 ? _random.Next(Math.Min(256, bytes.Count)) : _random.Next(bytes.Count);
            var length = 1 + _random.Next(Math.Min(64, bytes.Count - at));
            switch (_random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 2:
                    Overwrite(bytes, at, _edges[_random.Next(_edges.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, length);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 5:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 6:
                    var from = _random.Next(donor.Length);
                    Overwrite(bytes, at, donor.AsSpan(from, Math.Min(length, donor.Length - from)));
                    break;
                default:
                    var noise = new byte[length];
                    _random.NextBytes(noise);
                    Overwrite(bytes, at, noise);
                    break;
            }
        }

        return [.. bytes];
    }

    private static void Overwrite(List<byte> bytes, int at, ReadOnlySpan<byte> with)
    {
        for (var i = 0; i < with.Length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = with[i];
        }
    }
}
